"""A year of shifts of a busy schedule, over HTTP: the best of several, since other work shares the machine."""

from datetime import UTC, datetime, time, timedelta
from time import perf_counter

from httpx import AsyncClient
from tests.fixtures.engine import Engine, settled
from tests.fixtures.factories import Factory, rule

from tocsin.store.schedules import Schedule

START = datetime(2030, 1, 1, tzinfo=UTC)
YEAR = {"start": START.isoformat(), "end": (START + timedelta(days=365)).isoformat()}


async def busy(make: Factory) -> Schedule:
    """Four rotations of eight people by day and by night, in a zone with daylight saving time; 200 overrides."""
    users = [await make.user() for _ in range(8)]
    daily, nightly = await make.rotation(*users), await make.rotation(*users[::-1], time_zone="Europe/Berlin")
    weekly = await make.rotation(*users, kind="weekly", time_zone="Europe/Berlin")
    hours = await make.rotation(*users, kind="hourly", shift_length=12)
    schedule = await make.schedule(
        rule(daily, time(8), time(20), range(5)),
        rule(nightly, time(20), time(8)),
        rule(weekly),
        rule(hours, time(6), time(22), (5, 6)),
        *(rule(user, time(9), time(17), (number % 7,)) for number, user in enumerate(users)),
        time_zone="America/New_York",
    )
    await make.pool.execute(_OVERRIDES, schedule.id, START, [user.id for user in users])
    return schedule


_OVERRIDES = """
insert into schedule_overrides (schedule_id, start_at, end_at, add_user_id, remove_user_id)
select $1, $2::timestamptz + n * interval '40 hours', $2 + n * interval '40 hours' + interval '9 hours',
    ($3::uuid[])[1 + n % 8], ($3)[1 + (n + 3) % 8]
from generate_series(0, 199) as n
"""


async def test_a_year_of_shifts_takes_less_than_a_tenth_of_a_second(
    api: AsyncClient, make: Factory, engine: Engine
) -> None:
    schedule = await busy(make)
    await settled(make.pool)
    took = [await seconds(api, schedule) for _ in range(5)]
    assert min(took) < 0.1


async def seconds(api: AsyncClient, schedule: Schedule) -> float:
    begun = perf_counter()
    answer = await api.get(f"/api/v1/schedules/{schedule.id}/shifts", params=YEAR)
    took = perf_counter() - begun
    shifts = answer.json()["items"]
    assert len(shifts) > 1000
    return took
