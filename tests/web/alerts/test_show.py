"""The pages for people who are signed in: the open alerts and one of them."""

import re

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory, step
from tests.web.conftest import LinkMaker


async def an_alert(make: Factory, summary: str = "disk is full", **service: object) -> int:
    policy = await make.policy(step(await make.user()))
    return await make.alert(await make.service(policy, **service), summary)  # type: ignore[arg-type]


async def test_home_lists_the_open_alerts(browser: AsyncClient, make: Factory) -> None:
    assert "Nothing is open." in (await browser.get("/")).text
    await an_alert(make, "<b>open")
    await make.alert(await make.service(), "gone", "closed")
    page = (await browser.get("/")).text
    assert "&lt;b&gt;open" in page
    assert "gone" not in page


async def test_an_alert_shows_what_it_is_and_what_happened(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await make.pool.execute("update alerts set labels = $1, details = 'a <i>', count = 2", {"host<": "db1<"})
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    page = await browser.get(f"/alerts/{alert_id}")
    assert page.status_code == 200
    for text in ("disk is full", "host&lt;", "db1&lt;", "a &lt;i&gt;", "2 times", "Acknowledged by Ann"):
        assert text in page.text


async def test_an_alert_in_maintenance_says_that_it_is_held(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await make.pool.execute(
        "update escalation_policy_state set state = 'escalating', step_number = 0, next_escalation = now() + '5 min'"
    )
    assert "next step" in (await browser.get("/alerts")).text
    assert 'class="when">\nin ' in (await browser.get(f"/alerts/{alert_id}")).text
    await make.pool.execute("update services set maintenance_expires_at = '2099-01-01T10:00Z'")
    listed, shown = (await browser.get("/alerts")).text, (await browser.get(f"/alerts/{alert_id}")).text
    assert ("next step" in listed, "held: maintenance until" in listed) == (False, True)
    assert 'class="when">\nin ' not in shown
    assert ("The next in" in shown, "the service is in maintenance until" in shown) == (False, True)


async def test_a_long_past_is_shown_from_its_end(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    fill = """
        insert into alert_logs (alert_id, at, event, meta)
        select $1, now() + make_interval(secs => number), 'reported', jsonb_build_object('count', number)
        from generate_series($2::integer, $3::integer) as number
    """
    await make.pool.execute(fill, alert_id, 2, 450)
    short = (await browser.get(f"/alerts/{alert_id}")).text
    assert ("Acknowledged by Ann" in short, "there are older ones" in short) == (True, False)
    await make.pool.execute(fill, alert_id, 451, 1200)
    long = (await browser.get(f"/alerts/{alert_id}")).text
    assert ("Acknowledged by Ann" in long, "there are older ones" in long) == (False, True)
    assert ("Ann has it" in long, long.count('class="bead"')) == (True, 500)


async def test_buttons_act(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    for action, status in (("acknowledge", "acknowledged"), ("escalate", "triggered"), ("close", "closed")):
        answer = await browser.post(f"/alerts/{alert_id}/{action}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{alert_id}")
        assert await make.pool.fetchval("select status from alerts") == status
    assert f"/alerts/{alert_id}/" not in (await browser.get(f"/alerts/{alert_id}")).text
    refused = await browser.post(f"/alerts/{alert_id}/acknowledge")
    assert (refused.status_code, "Not done. The alert is closed." in refused.text) == (409, True)


async def test_what_came_of_it_is_told_once_and_not_to_what_fetches_itself(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    part = {"HX-Request": "true", "HX-Target": "alert"}
    by_itself = await browser.get(f"/alerts/{alert_id}", headers={**part, "Tocsin-By-Itself": "yes"})
    assert "HX-Trigger" not in by_itself.headers
    told = await browser.get(f"/alerts/{alert_id}", headers=part)
    assert "It is yours now." in told.headers["HX-Trigger"]
    assert "HX-Trigger" not in (await browser.get(f"/alerts/{alert_id}", headers=part)).headers


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


async def test_the_list_narrows_by_a_name_that_many_others_hold(browser: AsyncClient, make: Factory) -> None:
    for number in range(21):
        policy = await make.policy(name=f"Mail {number}")
        await make.service(policy, name=f"Mail {number}")
    mail = await make.policy(step(await make.user()), name="Mail")
    await make.alert(await make.service(mail, name="MAIL"), "queue is long")
    for query in ("service=mail", "policy=mail", "service=MAIL&policy=Mail"):
        assert "queue is long" in (await browser.get(f"/alerts?{query}")).text, query
    for query, why in (("service=ail", "Several are named so."), ("policy=post", "No policy has this name.")):
        assert why in (await browser.get(f"/alerts?{query}")).text, query
    assert "No alert meets the filter" in (await browser.get("/alerts?policy=ail+20")).text


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_another_site_acts_on_nothing(browser: AsyncClient, make: Factory, origin: str) -> None:
    alert_id = await an_alert(make)
    answer = await browser.post(f"/alerts/{alert_id}/close", headers={"Origin": origin})
    assert answer.status_code == 403
    assert await make.pool.fetchval("select status from alerts") == "triggered"


async def test_what_is_not_there_is_not_found(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    for path in ("/alerts/4711", f"/alerts/{2**63}", f"/alerts/{10**400}", "/alerts/x"):
        assert (await browser.get(path)).status_code == 404, path
    for path in ("/alerts/4711/close", f"/alerts/{alert_id}/explode", f"/alerts/{2**63}/close"):
        assert (await browser.post(path)).status_code == 404, path


async def test_every_page_keeps_to_itself(browser: AsyncClient, make: Factory, links: LinkMaker) -> None:
    alert_id = await an_alert(make)
    for url in ("/", f"/alerts/{alert_id}", "/sign-in", (await links(alert_id)).acknowledge, "/act/x", "/nothing"):
        page = await browser.get(url, headers={"Accept": "text/html"})
        policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'self'",
            "img-src": "'self' data:",
            "object-src": "'none'",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|https?://", page.text)


async def test_addresses_in_what_an_alert_says_are_links(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make, "see https://a.example/summary")
    await make.pool.execute(
        "update alerts set details = 'run https://a.example/book?a=1&b=2. javascript:alert(1) <script>', labels = $1",
        {"runbook": "https://a.example/label", "not": "javascript:x"},
    )
    fill = "insert into alert_logs (alert_id, event, reason) values ($1, 'held', 'told at https://a.example/held')"
    await make.pool.execute(fill, alert_id)
    page = (await browser.get(f"/alerts/{alert_id}")).text
    for path in ("summary", "book?a=1&amp;b=2", "label", "held"):
        link = f'<a href="https://a.example/{path}" rel="noopener noreferrer nofollow" target="_blank">'
        assert link in page, path
    assert ('href="javascript' in page, "<script>" in page) == (False, False)
