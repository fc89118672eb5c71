"""The list of services."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_lists_go_on(browser: AsyncClient, make: Factory) -> None:
    policy = await make.policy()
    for number in range(42):
        await make.service(policy, name=f"Service {number:02}")
    first = (await browser.get("/services?q=service")).text
    assert ("Service 39" in first, "Service 40" in first) == (True, False)
    second = (await browser.get("/services?q=service&after=Service+39")).text
    assert ("Service 39" in second, "Service 41" in second) == (False, True)
    assert "No service meets the search" in (await browser.get("/services?q=nothing")).text
    for path in ("/services", "/policies"):
        assert (await browser.get(f"{path}?team=x&after=%00&state=x")).status_code in (200, 422)
