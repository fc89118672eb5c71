"""Search as plain HTML: everything by a part of its name."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory, rule, step


async def test_everything_that_holds_the_text_is_found(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben Pay")
    rotation = await make.rotation(ben, name="pay weekly")
    schedule = await make.schedule(rule(rotation), name="Repay <primary>")
    team = await make.team("Payments")
    room = await make.channel("PAY room")
    policy = await make.policy(step(ben), name="Payroll")
    service = await make.service(policy, name="Pay Gate")
    number = await make.alert(service, "Cannot PAY anything")
    await make.service(name="Other")
    page = (await browser.get("/search?q=pay")).text
    for path in (
        f"/people/{ben.id}",
        f"/rotations/{rotation.id}",
        f"/schedules/{schedule.id}",
        f"/teams/{team.id}",
        f"/channels/{room.id}",
        f"/policies/{policy.id}",
        f"/services/{service.id}",
        f"/alerts/{number}",
    ):
        assert f'href="{path}"' in page
    assert "Repay &lt;primary&gt;" in page
    assert "Other" not in page.partition("<main")[2]


async def test_open_alerts_come_before_closed_ones_and_a_number_before_both(
    browser: AsyncClient, make: Factory
) -> None:
    service = await make.service()
    first = await make.alert(service, "disk of db1", "closed")
    opened = await make.alert(service, "disk of db2")
    closed = await make.alert(service, "disk of db3", "closed")
    asked = await make.alert(service, f"says {first}")
    page = (await browser.get("/search?q=disk")).text
    places = [page.index(f'href="/alerts/{number}"') for number in (opened, closed, first)]
    assert places == sorted(places)
    page = (await browser.get(f"/search?q=%23{first}")).text
    assert f'href="/alerts/{first}"' in page
    page = (await browser.get(f"/search?q={first}")).text
    assert page.index(f'href="/alerts/{first}"') < page.index(f'href="/alerts/{asked}"')


async def test_few_of_each_kind_come_names_that_begin_so_first(browser: AsyncClient, make: Factory) -> None:
    for number in range(30):
        await make.team(f"a red team {number:02}")
    await make.team("Red")
    headers = {"HX-Request": "true", "HX-Target": "search-results"}
    hits = (await browser.get("/search?q=red", headers=headers)).text
    assert hits.lstrip().startswith('<div class="search-results"')
    assert hits.count('href="/teams/') == 5
    assert hits.index(">Red<") < hits.index("a red team 00")
    assert "/search?q=red" in hits


async def test_what_is_not_found_is_said(browser: AsyncClient, make: Factory) -> None:
    assert "What do you look for?" in (await browser.get("/search")).text
    for text in ("%25", "_", "zzz", "%00", "9" * 400):
        answer = await browser.get(f"/search?q={text}")
        assert answer.status_code == 200
        assert ("Nothing holds" in answer.text) != (text == "%00")
