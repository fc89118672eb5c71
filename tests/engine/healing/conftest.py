"""What the tests of healing look at."""

import pytest
from tests.fixtures.factories import Factory, step


@pytest.fixture
async def alert(make: Factory) -> int:
    """A new alert that no engine has looked at."""
    return await make.alert(await make.service(await make.policy(step(await make.reachable_user()))))
