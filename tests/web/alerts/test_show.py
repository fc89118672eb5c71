"""The page of one alert."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory
from tests.web.conftest import an_alert


async def test_an_alert_shows_what_it_is_and_what_happened(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    await make.pool.execute("update alerts set labels = $1, details = 'a <i>', count = 2", {"host<": "db1<"})
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    page = await browser.get(f"/alerts/{alert_id}")
    assert page.status_code == 200
    for text in ("disk is full", "host&lt;", "db1&lt;", "a &lt;i&gt;", "2 times", "Acknowledged by Ann"):
        assert text in page.text


async def test_the_timeline_says_what_was_mended(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    token = await make.integration_key(service)
    meta = {"rack<": 4, **{f"n{number}": number for number in range(10)}}
    sent = {"summary": "disk is\nfull", "meta": meta}
    assert (await browser.post(f"/api/v2/generic/incoming?token={token}", json=sent)).status_code == 204
    page = (await browser.get(f"/alerts/{await make.pool.fetchval('select id from alerts')}")).text
    mended = page.split('class="mended"', 1)[1].split("</ul>", 1)[0]
    assert "<li>summary: 1 line breaks or tabs replaced by spaces</li>" in mended
    assert ("rack&lt;" in mended, "and 2 more" in mended, mended.count("<li>")) == (True, True, 11)


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
    assert ("Ann has it" in long, long.count('class="timeline-icon"')) == (True, 500)


async def test_what_is_not_there_is_not_found(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make)
    for path in ("/alerts/4711", f"/alerts/{2**63}", f"/alerts/{10**400}", "/alerts/x"):
        assert (await browser.get(path)).status_code == 404, path
    for path in ("/alerts/4711/close", f"/alerts/{alert_id}/explode", f"/alerts/{2**63}/close"):
        assert (await browser.post(path)).status_code == 404, path


async def test_runbook_and_image_stand_at_the_top_and_nothing_is_loaded_from_elsewhere(
    browser: AsyncClient, make: Factory
) -> None:
    alert_id = await an_alert(make)
    kinds = ("link", "image", "runbook", "source")
    links = [{"kind": kind, "href": f"https://a.example/{kind}?<", "text": f"<{kind}>"} for kind in kinds]
    links.append({"kind": "runbook", "href": "https://a.example/twice", "text": "Runbook"})
    await make.pool.execute("update alerts set links = $1", links)
    page = (await browser.get(f"/alerts/{alert_id}")).text
    for kind in kinds:
        link = f'<a href="https://a.example/{kind}?&lt;" rel="noopener noreferrer nofollow" target="_blank">'
        assert f"{link}{kind.capitalize()}: &lt;{kind}&gt;</a>" in page, kind
    assert ">Runbook</a>" in page
    actions = page.index("alert-actions")
    assert {kind for kind in kinds if page.index(f"a.example/{kind}") < actions} == {"image", "runbook"}
    assert 'src="https://a.example' not in page


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
