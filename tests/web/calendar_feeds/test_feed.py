"""Feeds of schedules and teams, and what every feed does: headers, odd rows, shifts that stay the same ones."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import icalendar
import pytest
from httpx import AsyncClient
from tests.fixtures.engine import running_engine, settled
from tests.fixtures.factories import Factory, rule
from tests.web.conftest import PASSWORD

from tocsin.engine.runner import Engine
from tocsin.testing.clock import Clock

MONDAY = datetime(2027, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def feed(api: AsyncClient, what: str, id_: UUID) -> str:
    """The path of a new feed."""
    made = await api.put(f"/api/v1/{what}/{id_}/calendar-feed")
    assert made.status_code == 200, made.text
    return urlsplit(made.json()["url"]).path


async def events(client: AsyncClient, path: str) -> list[tuple[str, datetime, datetime, str]]:
    """Summary, start, end and uid of each event, by start."""
    calendar = icalendar.Calendar.from_ical((await client.get(path)).content)
    return [(str(one["summary"]), one.start, one.end, str(one["uid"])) for one in calendar.walk("VEVENT")]


async def test_a_schedules_feed_has_everybodys_shifts_and_a_teams_those_of_all_it_owns(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, engine: Engine, clock: Clock
) -> None:
    await clock.move_to(MONDAY)
    ann, ben = await make.user("Ann"), await make.user("Ben")
    team = await make.team("Night, shift", ann=(ann, "manager"))
    weekly = await make.rotation(ann, ben, name="Weekly", kind="weekly", start_at=MONDAY)
    schedule = await make.schedule(rule(weekly), name="Payments")
    other = await make.rotation(ben, name="Spare", start_at=MONDAY)
    for table, id_ in (("schedules", schedule.id), ("rotations", weekly.id), ("rotations", other.id)):
        await make.pool.execute(f"update {table} set team_id = $2 where id = $1", id_, team.id)
    await settled(make.pool)
    found = await events(anonymous, await feed(api, "schedules", schedule.id))
    assert [each[:3] for each in found[:2]] == [
        ("Ann: Payments", MONDAY, MONDAY + 168 * HOUR),
        ("Ben: Payments", MONDAY + 168 * HOUR, MONDAY + 336 * HOUR),
    ]
    of_team = await events(anonymous, await feed(api, "teams", team.id))
    assert {each[0] for each in of_team} == {"Ann: Payments", "Ben: Payments", "Ben: Spare"}
    assert sum(each[0] == "Ben: Spare" for each in of_team) == 1, "turns of one user in a row are one shift"


async def test_a_handoff_within_a_minute_leaves_no_overlap(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, engine: Engine, clock: Clock
) -> None:
    await clock.move_to(MONDAY)
    daily = await make.rotation(await make.user("Ann"), await make.user("Ben"), start_at=MONDAY + timedelta(seconds=16))
    schedule = await make.schedule(rule(daily), name="Payments")
    await settled(make.pool)
    found = await events(anonymous, await feed(api, "schedules", schedule.id))
    assert [end for _, _, end, _ in found[:3]] == [start for _, start, _, _ in found[1:4]]


async def test_the_running_shift_stays_the_same_however_late_an_engine_is(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, database: str, clock: Clock
) -> None:
    await clock.move_to(MONDAY + 10 * HOUR)
    ann, ben = await make.user("Ann"), await make.user("Ben")
    daily = await make.rotation(ann, ben, start_at=MONDAY + 9 * HOUR)
    schedule = await make.schedule(rule(daily), name="Payments")
    async with running_engine(database, make.pool):
        await settled(make.pool)
    path = await feed(api, "schedules", schedule.id)
    before = {start: (uid, summary) for summary, start, _, uid in await events(anonymous, path)}
    await clock.move_to(MONDAY + 57 * HOUR + timedelta(minutes=4))
    meanwhile = await events(anonymous, path)
    async with running_engine(database, make.pool):
        await settled(make.pool)
    for found in (meanwhile, await events(anonymous, path)):
        summary, start, _, uid = found[0]
        assert (start, before[start]) == (MONDAY + 57 * HOUR, (uid, summary))


async def test_a_feed_is_answered_by_its_tag_and_by_head(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, engine: Engine, clock: Clock
) -> None:
    noon = (await clock.now()).replace(hour=12, minute=0)
    await clock.move_to(noon + timedelta(days=1))  # at midnight a feed loses a day
    ann = await make.user("Ann; the first, \\ of all")
    schedule = await make.schedule(rule(ann), name="Payments")
    await settled(make.pool)
    path = await feed(api, "users", ann.id)
    first = await anonymous.get(path)
    assert "NAME:On call: Ann\\; the first\\, \\\\ of all\r\n" in first.text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in first.text
    assert f"\r\nUID:{ann.id}@tocsin\r\n" in first.text
    await clock.advance(timedelta(minutes=10))
    again = await anonymous.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    head = await anonymous.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])
    now = await clock.now()
    await make.override(schedule, now, now + HOUR, add=None, remove=ann)
    await settled(make.pool)
    changed = await anonymous.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_no_schedule_is_left_out_in_silence(api: AsyncClient, anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    for number in range(55):
        await make.schedule(rule(ann), name=f"Schedule {number}")
    found = await events(anonymous, await feed(api, "users", ann.id))
    assert len({each[0] for each in found}) == 55


@pytest.mark.parametrize(
    "damage",
    [
        "update rotations set start_at = '-infinity' where name = 'Odd'",
        "update rotations set time_zone = 'Atlantis/Capital' where name = 'Odd'",
    ],
)
async def test_an_odd_row_takes_nothing_else_away(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, damage: str
) -> None:
    ann = await make.user("Ann")
    await make.schedule(rule(await make.rotation(ann, name="Odd")), name="Odd")
    await make.schedule(rule(ann), name="Payments")
    path = await feed(api, "users", ann.id)
    await make.pool.execute(damage)
    answer = await anonymous.get(path)
    assert answer.status_code == 200
    assert "On call: Payments" in {each[0] for each in await events(anonymous, path)}
    told = icalendar.Calendar.from_ical(answer.content)["X-WR-CALDESC"]
    assert str(told).startswith("Shifts are missing\\, or as last known: Odd cannot be read.")


async def test_members_make_a_schedules_address_and_managers_a_teams(anonymous: AsyncClient, make: Factory) -> None:
    ann, ben, cid = [await make.user(name, password=PASSWORD) for name in ("Ann", "Ben", "Cid")]
    team = await make.team(ann=(ann, "manager"), ben=(ben, "member"))
    schedule = await make.schedule(rule(ann))
    await make.pool.execute("update schedules set team_id = $2 where id = $1", schedule.id, team.id)
    anonymous.headers["Origin"] = str(anonymous.base_url).rstrip("/")
    expected = {ann: (200, 200), ben: (200, 403), cid: (403, 403)}
    for user, statuses in expected.items():
        sign_in = {"email": user.email, "password": PASSWORD}
        assert (await anonymous.post("/api/v1/session", json=sign_in)).status_code == 200
        paths = [f"/api/v1/schedules/{schedule.id}/calendar-feed", f"/api/v1/teams/{team.id}/calendar-feed"]
        assert tuple([(await anonymous.put(path)).status_code for path in paths]) == statuses


async def test_pages_of_a_schedule_and_a_team_make_an_address_and_revoke_it(
    browser: AsyncClient, make: Factory
) -> None:
    schedule, team = await make.schedule(rule(await make.user("Zoe"))), await make.team()
    await make.pool.execute(
        "insert into team_members (team_id, user_id, role) select $1, id, 'manager' from users where name = 'Ann'",
        team.id,
    )
    for here in (f"/schedules/{schedule.id}", f"/teams/{team.id}"):
        made = (await browser.post(f"{here}/calendar", follow_redirects=True)).text
        [path] = re.findall(r"/calendar/[\w-]{43}\.ics", made)
        assert (await browser.get(path)).status_code == 200
        page = (await browser.get(here)).text
        assert (path in page, "last fetched" in page) == (False, True)
        await browser.post(f"{here}/calendar/revoke")
        assert (await browser.get(path)).status_code == 404
