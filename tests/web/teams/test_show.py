"""Teams and their members."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_teams_and_channels_are_read(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    team = await make.team("Payments", ben=(ben, "manager"))
    room = await make.channel("Night room", team_id=team.id)
    assert "1 member, 1 manager" in (await browser.get("/teams")).text
    assert "Ben" in (await browser.get(f"/teams/{team.id}")).text
    assert "Night room" in (await browser.get("/channels")).text
    page = (await browser.get(f"/channels/{room.id}")).text
    assert ("hidden: its team sees it" in page, "9/room" in page) == (True, False)


async def test_managers_change_who_is_in_their_team(browser: AsyncClient, make: Factory) -> None:
    ben = await make.user("Ben")
    team = await make.team("Payments")
    add = {"user": str(ben.id), "role": "member"}
    assert (await browser.post(f"/teams/{team.id}/members", data=add)).status_code == 403
    await make.pool.execute("insert into team_members select $1, id, 'manager' from users where name = 'Ann'", team.id)
    assert (await browser.post(f"/teams/{team.id}/members", data=add)).status_code == 303
    assert "Ben" in (await browser.get(f"/teams/{team.id}")).text
    await browser.post(f"/teams/{team.id}/members/{ben.id}/remove")
    left = "select count(*) from team_members where team_id = $1"
    assert await make.pool.fetchval(left, team.id) == 1
