"""What came of an action, told on the next page."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert


async def test_what_came_of_it_is_told_once_and_not_to_what_fetches_itself(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    part = {"HX-Request": "true", "HX-Target": "alert"}
    by_itself = await browser.get(f"/alerts/{alert_id}", headers={**part, "Tocsin-By-Itself": "yes"})
    assert "HX-Trigger" not in by_itself.headers
    told = await browser.get(f"/alerts/{alert_id}", headers=part)
    assert "It is yours now." in told.headers["HX-Trigger"]
    assert "HX-Trigger" not in (await browser.get(f"/alerts/{alert_id}", headers=part)).headers
