"""What senders tell of changes, on the page of the service."""

from httpx import AsyncClient
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.domain.alert_link import AlertLink
from tocsin.store.actor import acting
from tocsin.store.services import changes
from tocsin.store.services.changes import NewChange


async def test_the_page_of_a_service_shows_its_changes(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    url = f"/services/{service.id}"
    assert "Recent changes" not in (await browser.get(url)).text
    link = AlertLink("link", "https://ci.example.com/7", "Build <7>")
    change = NewChange(summary="Version 2 <b>", source="ci", details="build: 7", links=[link])
    async with acting(make.pool, TESTER) as connection:
        await changes.record(connection, service.id, change, TESTER)
    page = (await browser.get(url)).text
    for text in ("Recent changes", "Version 2 &lt;b&gt;", "build: 7", "ci, ", "Build &lt;7&gt;</a>"):
        assert text in page, text
    assert '<a href="https://ci.example.com/7" rel="noopener noreferrer nofollow" target="_blank">' in page
