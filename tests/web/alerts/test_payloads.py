"""The page of what was sent of an alert."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert

HOSTILE = b'{"summary": "s", "dedup": "k", "details": "<script>alert(1)</script>\x00\x1b[31m\xff"}'


async def test_what_was_sent_is_one_tap_away_and_shown_safely(browser: AsyncClient, make: Factory) -> None:
    token = await make.integration_key(await make.service())
    json = {"Content-Type": "application/json"}
    for body in (b'{"summary": "s", "dedup": "k", "details": "first"}', HOSTILE):
        answer = await browser.post(f"/api/v2/generic/incoming?token={token}", content=body, headers=json)
        assert answer.status_code == 204
    alert_id = await make.pool.fetchval("select id from alerts")
    first, last = [row["id"] for row in await make.pool.fetch("select id from received_payloads order by id")]
    alert = (await browser.get(f"/alerts/{alert_id}")).text
    assert f'<a href="/alerts/{alert_id}/payloads">' in alert
    newest = (await browser.get(f"/alerts/{alert_id}/payloads")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in newest
    assert "<script>alert" not in newest
    assert not {"\x00", "\x1b"} & set(newest)
    assert "token=***" in newest
    assert token not in newest
    oldest = (await browser.get(f"/alerts/{alert_id}/payloads?payload={first}")).text
    assert ("first" in oldest, f"payload={last}" in oldest) == (True, True)


async def test_an_alert_that_nobody_sent_says_so(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    assert "Nothing that was sent is kept" in (await browser.get(f"/alerts/{alert_id}/payloads")).text
    for path in (f"/alerts/{alert_id}/payloads?payload=1", "/alerts/99999/payloads", f"/alerts/{'9' * 30}/payloads"):
        assert (await browser.get(path)).status_code == 404
