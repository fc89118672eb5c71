"""Notes on the page of an alert."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert


async def test_a_note_stands_in_the_timeline(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    answer = await browser.post(f"/alerts/{alert_id}/notes", data={"text": "see https://a.example/b\n  <b>done</b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{alert_id}#notes")
    page = (await browser.get(f"/alerts/{alert_id}")).text
    assert "Noted by Ann." in page
    assert '<a href="https://a.example/b"' in page
    assert "\n  &lt;b&gt;done&lt;/b&gt;</div>" in page


async def test_what_is_no_note_is_said_and_kept(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    assert (await browser.post(f"/alerts/{alert_id}/notes", data={"text": " "})).status_code == 422
    refused = await browser.post(f"/alerts/{alert_id}/notes", data={"text": "y" * 10_001})
    assert (refused.status_code, "10,000" in refused.text or "10000" in refused.text) == (422, True)
    assert "y" * 10_001 in refused.text
    assert await make.pool.fetchval("select count(*) from alert_logs where event = 'noted'") == 0


async def test_only_the_team_notes(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make, team_id=(await make.team()).id)
    assert "/notes" not in (await browser.get(f"/alerts/{alert_id}")).text
    assert (await browser.post(f"/alerts/{alert_id}/notes", data={"text": "seen"})).status_code == 403
