"""The page of an alert into which others have rolled up."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_it_lists_what_is_open_and_counts_all(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    token = await make.integration_key(service)
    await make.pool.execute("update services set open_alert_limit = 1")
    for body in (
        {"dedup": "own", "summary": "first"},
        {"dedup": "a", "summary": "<b>second</b>"},
        {"dedup": "b", "summary": "third"},
        {"dedup": "b", "action": "close"},
    ):
        assert (await browser.post(f"/api/v2/generic/incoming?token={token}", json=body)).status_code == 204
    alert_id = await make.pool.fetchval("select max(id) from alerts")
    page = (await browser.get(f"/alerts/{alert_id}")).text
    assert ("Rolled up here" in page, "1 open of 2" in page) == (True, True)
    assert ("&lt;b&gt;second" in page, "third" in page) == (True, False)
    assert "Rolled up here" not in (await browser.get(f"/alerts/{alert_id - 1}")).text
    assert "<dd>1, then one alert lists further ones</dd>" in (await browser.get(f"/services/{service.id}")).text
