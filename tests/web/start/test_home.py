"""The home page."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert


async def test_home_lists_the_open_alerts(browser: AsyncClient, make: Factory) -> None:
    assert "Nothing is open." in (await browser.get("/")).text
    await an_alert(make, "<b>open")
    await make.alert(await make.service(), "gone", "closed")
    page = (await browser.get("/")).text
    assert "&lt;b&gt;open" in page
    assert "gone" not in page
