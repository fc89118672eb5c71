"""The integration keys of a service."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_a_key_is_shown_once_and_to_who_made_it(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(name="Checkout")
    answer = await browser.post(f"/services/{service.id}/keys", data={"name": "Prometheus"})
    shown = answer.headers["location"]
    kept = browser.cookies["tocsin_once"]
    page = (await browser.get(shown)).text
    assert ("The key Prometheus is made" in page, "/api/v2/generic/incoming?token=" in page) == (True, True)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"
    browser.cookies.set("tocsin_once", "x" + kept, path=shown)
    assert (await browser.get(shown)).headers["location"] == f"/services/{service.id}#keys"
