"""Pages of heartbeat monitors: made, shown with pings and logs, changed by buttons, deleted."""

from datetime import timedelta

from httpx import URL, AsyncClient
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.domain.dedup_key import heartbeat_key
from tocsin.store.heartbeats import monitors

FORM = {
    "name": "Nightly backup",
    "by": "timeout",
    "timeout": "2",
    "timeout_unit": "3600",
    "grace": "5",
    "grace_unit": "60",
    "run_limit": "",
    "run_limit_unit": "60",
    "time_zone": "Europe/Berlin",
    "severity": "error",
    "cron": "",
}


async def test_a_monitor_is_made_and_its_address_shown_once(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    service = await make.service()
    assert "Nothing is expected to ping" in (await browser.get(f"/services/{service.id}")).text
    made = await browser.post(f"/services/{service.id}/heartbeats/new", data=FORM)
    assert made.status_code == 303, made.text
    here = made.headers["location"]
    shown = (await browser.get(here)).text
    url = shown.split('<pre id="url" tabindex="0">')[1].split("</pre>")[0]
    assert f"{url}/start" in shown
    assert (await browser.post(URL(url).path + "/2", content="<b>disk full</b>")).json()["status"] == "down"
    again = (await browser.get(here)).text
    assert url not in again
    assert "heartbeat/SECRET" in again
    assert "It has failed, exit code 2" in again
    assert "&lt;b&gt;disk full&lt;/b&gt;" in again
    [stored] = (await monitors.page(pool, service.id, None, 10)).items
    assert (stored.spec.timeout, stored.spec.grace, stored.severity) == (
        timedelta(hours=2),
        timedelta(minutes=5),
        "error",
    )
    assert (await browser.get(f"/heartbeats/{stored.id}")).headers["location"] == here


async def test_a_form_that_is_wrong_comes_back_with_what_was_typed(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    answer = await browser.post(
        f"/services/{service.id}/heartbeats/new", data=FORM | {"by": "cron", "cron": "every night"}
    )
    assert answer.status_code == 422
    assert "Must have five fields" in answer.text
    assert 'value="every night"' in answer.text


async def test_it_is_edited_from_a_period_to_a_cron_expression(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    service = await make.service()
    monitor, _ = await make.heartbeat_monitor(service, muted=True)
    here = f"/services/{service.id}/heartbeats/{monitor.id}"
    assert 'value="10"' in (await browser.get(f"{here}/edit")).text
    saved = await browser.post(f"{here}/edit", data=FORM | {"by": "cron", "cron": "30 2 * * *"})
    assert (saved.status_code, saved.headers["location"]) == (303, here)
    changed = await monitors.get(pool, service.id, monitor.id)
    assert (changed.spec.cron, changed.spec.timeout, changed.spec.muted) == ("30 2 * * *", None, True)


async def test_buttons_pause_resume_mute_and_arm_it(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    service = await make.service()
    monitor, _ = await make.heartbeat_monitor(service)
    here = f"/services/{service.id}/heartbeats/{monitor.id}"
    for button, expected in (
        ("pause", (True, False)),
        ("mute", (True, True)),
        ("resume", (False, True)),
        ("unmute", (False, False)),
    ):
        assert (await browser.post(f"{here}/{button}")).status_code == 303
        found = (await monitors.get(pool, service.id, monitor.id)).snapshot
        assert (found.paused, found.muted) == expected
    assert (await browser.post(f"{here}/arm")).status_code == 303
    assert (await monitors.get(pool, service.id, monitor.id)).snapshot.pings.armed_at is not None


async def test_a_new_address_is_shown_once(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    monitor, secret = await make.heartbeat_monitor(service)
    renewed = await browser.post(f"/services/{service.id}/heartbeats/{monitor.id}/renew-url")
    assert 'id="url"' in (await browser.get(renewed.headers["location"])).text
    assert (await browser.get(f"/api/v2/heartbeat/{secret}")).status_code == 404


async def test_a_deleted_monitor_leads_to_its_service(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    monitor, _ = await make.heartbeat_monitor(service)
    deleted = await browser.post(f"/services/{service.id}/heartbeats/{monitor.id}/delete")
    assert deleted.headers["location"] == f"/services/{service.id}#heartbeats"
    assert (await browser.get(f"/services/{service.id}/heartbeats/{monitor.id}")).status_code == 404


async def test_its_alert_leads_to_its_log(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    service = await make.service()
    monitor, _ = await make.heartbeat_monitor(service)
    alert_id = await make.alert(service)
    log = f'href="/services/{service.id}/heartbeats/{monitor.id}#pings"'
    assert log not in (await browser.get(f"/alerts/{alert_id}")).text
    await pool.execute("update alerts set dedup_key = $2 where id = $1", alert_id, heartbeat_key(monitor.id))
    assert log in (await browser.get(f"/alerts/{alert_id}")).text
    assert 'id="pings"' in (await browser.get(f"/services/{service.id}/heartbeats/{monitor.id}")).text
    await browser.post(f"/services/{service.id}/heartbeats/{monitor.id}/delete")
    assert log not in (await browser.get(f"/alerts/{alert_id}")).text


async def test_its_year_is_drawn(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    service = await make.service()
    monitor, _ = await make.heartbeat_monitor(service)
    await pool.execute(
        "insert into heartbeat_history (monitor_id, status, reason, started_at, ended_at)"
        " values ($1, 'up', 'beats', now() - interval '200 days', now() - interval '100 days'),"
        " ($1, 'down', 'missed', now() - interval '100 days', now() - interval '98 days'),"
        " ($1, 'up', 'beats', now() - interval '98 days', null)",
        monitor.id,
    )
    page = (await browser.get(f"/services/{service.id}/heartbeats/{monitor.id}")).text
    assert "The last year: 3 days with an outage, 99 % of the time up." in page
    assert page.count('<rect class="down"') == 3
    assert "for 2 d" in page


async def test_those_who_may_not_edit_the_service_see_no_forms(browser: AsyncClient, make: Factory) -> None:
    service = await make.service(team_id=(await make.team()).id)
    monitor, _ = await make.heartbeat_monitor(service)
    here = f"/services/{service.id}/heartbeats/{monitor.id}"
    page = await browser.get(here)
    assert page.status_code == 200
    assert "/renew-url" not in page.text
    for path in ("edit", "delete", "pause", "arm", "renew-url"):
        assert (await browser.post(f"{here}/{path}", data=FORM)).status_code == 403
    for path in (f"{here}/edit", f"/services/{service.id}/heartbeats/new"):
        assert (await browser.get(path)).status_code == 403
