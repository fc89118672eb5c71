"""S4, P1, R2: however late an engine acts, the history tells the moments that were planned."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from tests.fixtures.engine import Story, running_engine
from tests.fixtures.factories import rule, step
from tests.stories.on_call import MONDAY, at, change_rotation_in_absence, override_in_absence

from tocsin.store.on_call import shifts
from tocsin.store.on_call.rotations import Rotation
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people import users

NINE, TEN = timedelta(hours=9), timedelta(hours=10)
Row = tuple[str, float, float | None]


async def rows(story: Story, table: str) -> Sequence[Row]:
    """The history of the only schedule or step: who, and from when until when in hours after Monday's midnight."""
    found = await story.pool.fetch(
        f"select users.name, start_time, end_time from {table} join users on users.id = user_id"
        " order by start_time, users.name"
    )
    hour = timedelta(hours=1)
    return [(row[0], (row[1] - MONDAY) / hour, row[2] and (row[2] - MONDAY) / hour) for row in found]


async def told(story: Story) -> Sequence[Row]:
    """What the schedule's rows tell, which those of the step that has it as target tell too."""
    of_schedule = await rows(story, "schedule_on_call_users")
    assert await rows(story, "ep_step_on_call_users") == of_schedule
    return of_schedule


async def daily(story: Story, start_at: datetime = MONDAY + NINE, zone: str = "UTC") -> tuple[Rotation, Schedule]:
    """Ann and Ben take turns by the day, in a schedule that a policy pages."""
    people = [await story.user(name) for name in ("ann", "ben")]
    rotation = await story.make.rotation(*people, start_at=start_at, time_zone=zone)
    schedule = await story.make.schedule(rule(rotation), time_zone=zone)
    await story.make.policy(step(schedule))
    return rotation, schedule


async def between(story: Story, schedule_id: UUID, start: float, end: float) -> Sequence[Row]:
    """What ``shifts`` says, in hours after Monday's midnight."""
    hour = timedelta(hours=1)
    found = await shifts.between(story.pool, schedule_id, MONDAY + start * hour, MONDAY + end * hour)
    return [(one.name, (one.start_at - MONDAY) / hour, (one.end_at - MONDAY) / hour) for one in found]


async def test_s4_a_handoff_made_four_minutes_late_starts_its_stint_when_it_was_due(
    environment: Story, database: str
) -> None:
    await environment.clock.move_to(MONDAY + TEN)
    _, schedule = await daily(environment)
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    await environment.clock.move_to(MONDAY + timedelta(hours=33, minutes=4))
    expected = [("ann", 10, 33), ("ben", 33, 57)]
    assert await between(environment, schedule.id, 10, 57) == expected, "no engine has looked yet"
    async with running_engine(database, environment.pool):
        await environment.passes(0)
        assert await told(environment) == [("ann", 10, 33), ("ben", 33, None)]
        assert await between(environment, schedule.id, 10, 57) == expected


async def test_s4_an_engine_that_was_away_writes_every_stint_in_between(environment: Story, database: str) -> None:
    await environment.clock.move_to(MONDAY + TEN)
    _, schedule = await daily(environment)
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    await environment.clock.move_to(MONDAY + timedelta(hours=60))
    expected = [("ann", 10, 33), ("ben", 33, 57), ("ann", 57, 81)]
    assert await between(environment, schedule.id, 10, 81) == expected, "no engine has looked yet"
    async with running_engine(database, environment.pool):
        await environment.passes(0)
        assert await told(environment) == [("ann", 10, 33), ("ben", 33, 57), ("ann", 57, None)]
        assert await between(environment, schedule.id, 10, 81) == expected
        [state] = await environment.pool.fetch("select shift_start, shift_end from rotation_state")
        assert tuple(state) == (MONDAY + timedelta(hours=57), MONDAY + timedelta(hours=81))


@pytest.mark.parametrize(
    ("friday", "handoffs"),
    [
        ("2027-03-26", ["03-27T08:00", "03-28T07:00", "03-29T07:00"]),  # clocks go forward: a shift of 23 hours
        ("2027-10-29", ["10-30T07:00", "10-31T08:00", "11-01T08:00"]),  # and back: one of 25
    ],
)
async def test_s4_clocks_that_change_meanwhile_change_the_stints(
    environment: Story, database: str, friday: str, handoffs: Sequence[str]
) -> None:
    begin = datetime.fromisoformat(f"{friday}T12:00Z")
    await environment.clock.move_to(begin)
    await daily(
        environment,
        start_at=datetime.fromisoformat(f"{friday}T09:00+0{1 if '-03-' in friday else 2}:00"),
        zone="Europe/Berlin",
    )
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    await environment.clock.move_to(begin + timedelta(days=3))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    edges = [begin, *(datetime.fromisoformat(f"2027-{each}Z") for each in handoffs)]
    hours = [(edge - MONDAY) / timedelta(hours=1) for edge in edges]
    names = ("ann", "ben", "ann", "ben")
    assert await told(environment) == list(zip(names, hours, [*hours[1:], None], strict=True))


async def test_s4_overrides_act_in_an_absence_also_those_made_in_it(environment: Story, database: str) -> None:
    """Tuesday's 10 to 12 was planned; on Tuesday at 20 somebody adds one that began at 18 and ends at 22."""
    await environment.clock.move_to(MONDAY + TEN)
    _, schedule = await daily(environment)
    cid = await environment.user("cid")
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    await override_in_absence(environment, schedule, (34, 36), add=cid)
    await environment.clock.move_to(MONDAY + timedelta(hours=44))
    await override_in_absence(environment, schedule, (42, 46), add=cid)
    await environment.clock.move_to(MONDAY + timedelta(hours=50))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    assert await told(environment) == [("ann", 10, 33), ("ben", 33, None), ("cid", 34, 36), ("cid", 44, 46)]


async def test_s4_a_shift_that_began_and_ended_in_an_absence_is_there(environment: Story, database: str) -> None:
    await environment.clock.move_to(MONDAY)
    ann = await environment.user("ann")
    await environment.make.policy(step(await environment.make.schedule(rule(ann, time(9), time(17)))))
    async with running_engine(database, environment.pool):
        await at(environment, MONDAY + timedelta(hours=1))
    await environment.clock.move_to(MONDAY + timedelta(hours=47))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    assert await told(environment) == [("ann", 9, 17), ("ann", 33, 41)]


async def test_s4_a_change_in_an_absence_acts_when_it_was_made_and_what_was_before_stays(
    environment: Story, database: str
) -> None:
    """The rotation is another from Tuesday 20:00 on. What it was is not known, so Ann's stint goes on until then."""
    await environment.clock.move_to(MONDAY + TEN)
    rotation, _ = await daily(environment)
    ann, ben, cid = [await users.get(environment.pool, each) for each in rotation.participants] + [
        await environment.user("cid")
    ]
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    await environment.clock.move_to(MONDAY + timedelta(hours=44))
    await change_rotation_in_absence(environment, rotation, ann, ben, cid)
    await environment.clock.move_to(MONDAY + timedelta(hours=84))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    assert await told(environment) == [("ann", 10, 44), ("ben", 44, 57), ("cid", 57, 81), ("ann", 81, None)]


async def test_r2_a_rotation_made_while_no_engine_ran_has_had_its_handoffs(environment: Story, database: str) -> None:
    await environment.clock.move_to(MONDAY)
    await daily(environment)
    await environment.clock.move_to(MONDAY + timedelta(hours=60))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    assert await told(environment) == [("ann", 0, 9), ("ben", 9, 33), ("ann", 33, 57), ("ben", 57, None)]


async def test_p1_a_step_that_targets_a_rotation_itself_tells_every_turn(environment: Story, database: str) -> None:
    await environment.clock.move_to(MONDAY)
    people = [await environment.user(name) for name in ("ann", "ben")]
    await environment.make.policy(step(await environment.make.rotation(*people, start_at=MONDAY + NINE)))
    async with running_engine(database, environment.pool):
        await at(environment, MONDAY + timedelta(hours=10))
    await environment.clock.move_to(MONDAY + timedelta(hours=58))
    async with running_engine(database, environment.pool):
        await environment.passes(0)
    assert await rows(environment, "ep_step_on_call_users") == [
        ("ann", 0, 9),
        ("ben", 9, 33),
        ("ann", 33, 57),
        ("ben", 57, None),
    ]
