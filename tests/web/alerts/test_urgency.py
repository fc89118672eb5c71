"""What has to be done first stands first: on home and in lists, page by page; and who has an alert stands beside it."""

import re

from httpx import AsyncClient
from tests.fixtures.factories import Factory, step
from tests.web.conftest import LinkMaker

from tocsin.store.alerts import alert_list
from tocsin.store.alerts.alert_list import AlertFilter
from tocsin.store.people import users
from tocsin.store.services.services import Service

NUMBERS = re.compile(r'id="alert-(\d+)"')
EVERY = [(status, severity) for status in ("triggered", "acknowledged") for severity in ("critical", "warning", "info")]


async def alert_of(make: Factory, service: Service, status: str, severity: str) -> int:
    number = await make.alert(service, f"{status} {severity}", status)
    await make.pool.execute("update alerts set severity = $2 where id = $1", number, severity)
    return number


async def shown(browser: AsyncClient, address: str) -> list[int]:
    return [int(number) for number in NUMBERS.findall((await browser.get(address)).text)]


async def test_home_shows_a_critical_alert_before_acknowledged_infos(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    critical = await alert_of(make, service, "triggered", "critical")
    for _ in range(14):
        await alert_of(make, service, "acknowledged", "info")
    assert (await shown(browser, "/"))[0] == critical


async def test_my_alerts_do_not_push_the_most_urgent_of_others_away(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    others = await alert_of(make, service, "triggered", "info")
    for _ in range(14):
        mine = await alert_of(make, service, "triggered", "critical")
        await browser.post(f"/alerts/{mine}/acknowledge")
        await make.pool.execute("update alerts set severity = 'critical', status = 'triggered' where id = $1", mine)
        await make.pool.execute("update escalation_policy_state set state = 'acknowledged' where alert_id = $1", mine)
    found = await shown(browser, "/")
    assert others not in found[:12]
    assert others in found[12:]


async def test_lists_go_by_status_then_severity_then_age(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    made = [await alert_of(make, service, *kind) for kind in reversed(EVERY)]
    newer = await alert_of(make, service, "triggered", "critical")
    closed = [await alert_of(make, service, "closed", severity) for severity in ("critical", "info")]
    *others, oldest = made
    urgent = [oldest, newer, *reversed(others)]
    assert await shown(browser, "/alerts") == urgent
    assert await shown(browser, "/alerts?status=all") == [*urgent, *reversed(closed)]
    assert await shown(browser, f"/services/{service.id}") == urgent


async def test_pages_follow_each_other_without_gap_or_repeat(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    for kind in EVERY * 20:
        await alert_of(make, service, *kind)
    seen: list[int] = []
    address: str | None = "/alerts"
    while address:
        page = (await browser.get(address)).text
        seen += [int(number) for number in NUMBERS.findall(page)]
        more = re.search(r'<a class="btn" href="([^"]+)">More', page)
        address = more[1].replace("&amp;", "&") if more else None
    whole = await alert_list.by_urgency(make.pool, AlertFilter(), None, 200)
    assert seen == [alert.id for alert in whole.items]
    assert (len(seen), len(set(seen))) == (120, 120)
    for nonsense in ("", "x", "1", "1-", "-5", "9" * 30 + "-1", "1-²"):
        assert (await shown(browser, f"/alerts?after={nonsense}"))[0] == seen[0]


async def test_the_api_lists_the_newest_first_as_ever(api: AsyncClient, make: Factory) -> None:
    service = await make.service()
    made = [await alert_of(make, service, *kind) for kind in EVERY]
    first = (await api.get("/api/v1/alerts", params={"limit": 4})).json()
    rest = (await api.get("/api/v1/alerts", params={"limit": 4, "cursor": first["next_cursor"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == list(reversed(made))


async def test_the_list_reads_no_more_alerts_than_it_shows(make: Factory) -> None:
    service = await make.service()
    await make.pool.execute(
        "insert into alerts (service_id, summary, dedup_key, status, closed_at)"
        " select $1, 'old', number::text, 'closed', now() from generate_series(1, 4000) as number",
        service.id,
    )
    await make.pool.execute("analyze alerts")
    plan = await _plan(make)
    chosen = plan.partition("Limit")[2]  # what is shown of those is put into the same order afterwards
    assert "alerts_urgency_idx" in chosen, plan
    assert not re.search("Sort Key: (?!logs)", chosen), plan


async def _plan(make: Factory) -> str:
    nothing: list[object] = [None] * 9
    rows = await make.pool.fetch(f"explain {alert_list.LIST}", *nothing, None, 50, True, None)
    return "\n".join(row[0] for row in rows)


async def test_who_has_an_alert_stands_beside_it(
    browser: AsyncClient, anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await make.alert(await make.service(await make.policy(step(await make.user()))))
    link = (await links(alert_id, await make.user("Ben"))).acknowledge
    assert "has it" not in (await anonymous.get(link)).text
    await browser.post(f"/alerts/{alert_id}/acknowledge")
    for address in ("/", "/alerts"):
        assert re.search(r"</svg>Ann, since <time", (await browser.get(address)).text)
    assert "Since <time" in (await browser.get(f"/alerts/{alert_id}")).text
    asked = (await anonymous.get(link)).text
    assert re.search(r"Ann has it since <span title=\"[-0-9]+ [:0-9]+ UTC\">(now|[0-9]+ s ago)", asked)
    assert '<form method="post">' in asked
    [ann] = (await users.page(make.pool, "Ann", None, 1)).items
    anns = (await links(alert_id, ann)).acknowledge
    assert "You have it already" in (await anonymous.get(anns)).text
    await browser.post(f"/alerts/{alert_id}/escalate")
    assert "has it" not in (await anonymous.get(link)).text
