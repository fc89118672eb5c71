"""A service with a key of PagerDuty's type, and a sender that uses it."""

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.conftest import Sender


@pytest.fixture
async def sender(anonymous: httpx.AsyncClient, make: Factory) -> Sender:
    """What speaks to PagerDuty, set up for a service of its own."""
    service = await make.service()
    return Sender(anonymous, make.pool, service, await make.integration_key(service, key_type="pagerduty"))
