"""The pages about people, teams and channels, as plain HTML."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_people_are_listed_as_they_stand(browser: AsyncClient, make: Factory) -> None:
    ben = await make.reachable_user("Ben <b>")
    await make.team("Payments", ben=(ben, "member"))
    page = (await browser.get("/people")).text
    assert "Ben &lt;b&gt;" in page
    assert "One person cannot be reached" in page
    assert "Payments" in page
    assert "/people/new" not in page
    assert "Nobody is found" in (await browser.get("/people?q=zzz")).text


async def test_people_come_page_by_page(browser: AsyncClient, make: Factory) -> None:
    for number in range(60):
        await make.user(f"Zoe {number:02}")
    first = (await browser.get("/people?q=zoe")).text
    assert (first.count('href="/people/'), "Zoe 49" in first, "Zoe 50" in first) == (50, True, False)
    more = first.partition('">More')[0].rpartition('href="')[2].replace("&amp;", "&")
    second = (await browser.get(more)).text
    assert ("Zoe 49" in second, "Zoe 50" in second, "Zoe 59" in second) == (False, True, True)


async def test_somebody_else_reads_a_person_without_their_addresses(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    await make.contact_method(ben, "http://127.0.0.1:9/secret")
    page = await browser.get(f"/people/{ben.id}")
    assert page.status_code == 200
    assert "address hidden" in page.text
    assert "secret" not in page.text
    assert "<form method=" not in page.text.partition("<main")[2]


async def test_teams_and_channels_are_read(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    team = await make.team("Payments", ben=(ben, "manager"))
    room = await make.channel("Night room", team_id=team.id)
    assert "1 member, 1 manager" in (await browser.get("/teams")).text
    assert "Ben" in (await browser.get(f"/teams/{team.id}")).text
    assert "Night room" in (await browser.get("/channels")).text
    page = (await browser.get(f"/channels/{room.id}")).text
    assert ("hidden: its team sees it" in page, "9/room" in page) == (True, False)
