"""The feed of one's own shifts."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import icalendar
from httpx import AsyncClient
from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory, rule, step

from tocsin.engine.runner import Engine
from tocsin.store.people.users import User
from tocsin.testing.clock import Clock


async def read(client: AsyncClient, path: str) -> list[tuple[str, str, datetime, datetime]]:
    """The events of a feed: uid, summary, start, end."""
    answer = await client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    return [(str(one["uid"]), str(one["summary"]), one.start, one.end) for one in calendar.walk("VEVENT")]


async def feed(api: AsyncClient, user: User) -> str:
    """The path of a new feed of theirs."""
    made = await api.put(f"/api/v1/users/{user.id}/calendar-feed")
    assert made.status_code == 200
    return "/calendar/" + made.json()["url"].partition("/calendar/")[2]


async def test_a_feed_holds_ones_own_shifts_and_keeps_their_names(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, engine: Engine
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    weekly = await make.rotation(ann, ben, name="Weekly", kind="weekly", start_at=start)
    schedule = await make.schedule(rule(weekly), name="Payments")
    daily = await make.rotation(ann, ben, name="Daily", start_at=start)
    await make.policy(step(daily))
    await settled(make.pool)
    path = await feed(api, ann)
    events = await read(anonymous, path)
    payments = [event for event in events if event[1] == "On call: Payments"]
    assert [event[3] for event in payments[:1]] == [start + timedelta(days=7)]
    assert payments[1][2:] == (start + timedelta(days=14), start + timedelta(days=21))
    assert sum(event[1] == "On call: Daily" for event in events) in (45, 46)
    assert len({event[0] for event in events}) == len(events)
    content = (await anonymous.get(path)).text
    assert content.count("X-WR-CALNAME") == 1
    addresses = {str(one["url"]) for one in icalendar.Calendar.from_ical(content).walk("VEVENT")}
    assert {urlsplit(each).path for each in addresses} == {f"/schedules/{schedule.id}", f"/rotations/{daily.id}"}
    assert [event[0] for event in await read(anonymous, path)] == [event[0] for event in events]
    theirs = await read(anonymous, await feed(api, ben))
    assert not {event[0] for event in theirs} & {event[0] for event in events}


async def test_a_shift_keeps_its_id_when_it_begins_and_when_others_change(
    api: AsyncClient, anonymous: AsyncClient, make: Factory, engine: Engine, clock: Clock
) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    start = await clock.move_to(datetime(2027, 3, 22, 8, tzinfo=UTC))
    weekly = await make.rotation(ann, ben, kind="weekly", start_at=start, time_zone="Europe/Berlin")
    schedule = await make.schedule(rule(weekly), name="Payments", time_zone="Europe/Berlin")
    await settled(make.pool)
    path = await feed(api, ben)
    before = {event[2]: event[0] for event in await read(anonymous, path)}
    first = min(before)
    assert first == datetime(2027, 3, 29, 7, tzinfo=UTC), "clocks go forward on the way"
    await clock.move_to(first)
    await settled(make.pool)
    await clock.advance(timedelta(days=2))
    later = first + timedelta(days=14)
    await make.override(schedule, later, later + timedelta(days=1), add=ann, remove=ben)
    await settled(make.pool)
    after = {event[2]: event[0] for event in await read(anonymous, path)}
    assert after[first] == before[first]
    assert later not in after
    assert {at: after[at] for at in before if at != later} == {at: before[at] for at in before if at != later}


async def test_the_account_makes_an_address_and_revokes_it(browser: AsyncClient) -> None:
    made = (await browser.post("/account/calendar", follow_redirects=True)).text
    path = "/calendar/" + made.partition("/calendar/")[2].partition(".ics")[0] + ".ics"
    assert await read(browser, path) == []
    page = (await browser.get("/account")).text
    assert (path in page, "last fetched" in page) == (False, True)
    await browser.post("/account/calendar/revoke")
    assert (await browser.get(path)).status_code == 404


async def test_an_address_is_renewed_and_revoked(api: AsyncClient, anonymous: AsyncClient, make: Factory) -> None:
    ann = await make.user("Ann")
    first = await feed(api, ann)
    second = await feed(api, ann)
    assert (await anonymous.get(first)).status_code == 404
    assert await read(anonymous, second) == []
    assert (await api.get(f"/api/v1/users/{ann.id}/calendar-feed")).json()["last_used_at"] is not None
    assert (await api.delete(f"/api/v1/users/{ann.id}/calendar-feed")).status_code == 204
    assert (await anonymous.get(second)).status_code == 404
    assert (await api.get(f"/api/v1/users/{ann.id}/calendar-feed")).status_code == 404
    logged = await make.pool.fetch("select after from audit_log where object_type = 'calendar_feeds'")
    assert logged
    assert all("token_hash" not in (row["after"] or {}) for row in logged)
    stored = await make.pool.fetchval("select count(*) from calendar_feeds")
    assert stored == 0


async def test_only_oneself_and_administrators_make_an_address(browser: AsyncClient, make: Factory) -> None:
    me = (await browser.get("/api/v1/users/me")).json()["id"]
    for user_id, status in ((me, 200), ((await make.user("Ben")).id, 403), (UUID(int=1), 403)):
        answer = await browser.put(f"/api/v1/users/{user_id}/calendar-feed")
        assert answer.status_code == status


async def test_a_token_that_an_address_would_outlive_makes_none_and_revokes_it(
    anonymous: AsyncClient, api: AsyncClient, make: Factory
) -> None:
    ann, root = await make.user("Ann"), await make.user("Root", role="admin")
    team = await make.team(ann=(ann, "manager"))
    schedule = await make.schedule()
    paths = {f"/api/v1/{what}/calendar-feed" for what in (f"users/{ann.id}", f"schedules/{schedule.id}")}
    paths |= {f"/api/v1/teams/{team.id}/calendar-feed"}
    writers = [await make.token(ann), await make.token(root, role="admin")]
    lasting = {"Authorization": f"Bearer {await make.token(root, scope='admin', role='admin')}"}
    for path in paths:
        for secret in writers:
            refused = await anonymous.put(path, headers={"Authorization": f"Bearer {secret}"})
            assert refused.status_code == 403
            if secret == writers[0]:
                assert "would outlive this token" in refused.json()["detail"]
        assert (await anonymous.put(path, headers=lasting)).status_code == 200
        assert (await anonymous.delete(path, headers={"Authorization": f"Bearer {writers[0]}"})).status_code == 204
