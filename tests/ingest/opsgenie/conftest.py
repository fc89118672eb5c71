"""A service with a key of Opsgenie's type, and a sender that uses it."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.conftest import Sender

URL = "/v2/alerts"


@dataclass(frozen=True, slots=True)
class OpsgenieSender(Sender):
    """What speaks to Opsgenie."""

    async def ask(self, method: str, path: str = "", **request: Any) -> httpx.Response:
        """A request below ``/v2/alerts``, with the key."""
        headers = {"Authorization": f"GenieKey {self.token}"}
        return await self.http.request(method, URL + path, headers=headers, **request)

    async def done(self, method: str, path: str = "", **request: Any) -> dict[str, Any]:
        """What became of a request that must be taken in."""
        answer = await self.ask(method, path, **request)
        assert answer.status_code == 202, answer.text
        body = answer.json()
        assert body["result"] == "Request will be processed"
        asked = await self.ask("GET", f"/requests/{body['requestId']}")
        assert asked.status_code == 200, asked.text
        data: dict[str, Any] = asked.json()["data"]
        return data


@pytest.fixture
async def sender(anonymous: httpx.AsyncClient, make: Factory) -> OpsgenieSender:
    """What speaks to Opsgenie, set up for a service of its own."""
    service = await make.service()
    token = await make.integration_key(service, key_type="opsgenie")
    return OpsgenieSender(anonymous, make.pool, service, token)
