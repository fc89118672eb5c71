"""What can be done about an alert, and by whom."""

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert


async def test_buttons_act(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    for action, status in (("acknowledge", "acknowledged"), ("escalate", "triggered"), ("close", "closed")):
        answer = await browser.post(f"/alerts/{alert_id}/{action}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{alert_id}")
        assert await make.pool.fetchval("select status from alerts") == status
    assert f"/alerts/{alert_id}/close" not in (await browser.get(f"/alerts/{alert_id}")).text
    refused = await browser.post(f"/alerts/{alert_id}/acknowledge")
    assert (refused.status_code, "Not done. The alert is closed." in refused.text) == (409, True)


async def test_escalating_acts_on_what_the_page_showed(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    refused = await browser.post(f"/alerts/{alert_id}/escalate", data={"version": "17"})
    assert (refused.status_code, "moved on" in refused.text) == (409, True)
    for version in ("x", "9" * 40, "-1", "²", "9" * 5000):
        assert (await browser.post(f"/alerts/{alert_id}/escalate", data={"version": version})).status_code in (303, 409)


async def test_only_the_team_acts(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make, team_id=(await make.team()).id)
    page = await browser.get(f"/alerts/{alert_id}")
    assert (page.status_code, "/acknowledge" in page.text) == (200, False)
    assert (await browser.post(f"/alerts/{alert_id}/acknowledge")).status_code == 403
    assert await make.pool.fetchval("select status from alerts") == "triggered"


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_site_acts_on_nothing(browser: AsyncClient, make: Factory, origin: str) -> None:
    alert_id = await an_alert(make)
    answer = await browser.post(f"/alerts/{alert_id}/close", headers={"Origin": origin})
    assert answer.status_code == 403
    assert await make.pool.fetchval("select status from alerts") == "triggered"
