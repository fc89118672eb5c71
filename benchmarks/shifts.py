"""How long it takes to tell a year of shifts, over HTTP."""

import time
from datetime import datetime, timedelta
from datetime import time as wall_time
from uuid import UUID

import httpx

from benchmarks.environment import BENCH, database, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile
from tocsin.db.pool import Connection
from tocsin.domain.on_call.handoffs import RotationType
from tocsin.domain.on_call.weekly_rule import WeeklyRuleTarget
from tocsin.store import instants
from tocsin.store.actor import acting
from tocsin.store.on_call import overrides, rotations, schedules
from tocsin.store.on_call.overrides import OverrideSpec
from tocsin.store.on_call.rotations import RotationSpec
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import ScheduleSpec
from tocsin.store.people import tokens
from tocsin.store.people.tokens import TokenSpec

_CALLS = 20
_YEAR = timedelta(days=365)


async def shifts(server_dsn: str) -> list[Row]:
    """A busy schedule: nights, days and weekends of three rotations, an override a week; and an hourly rotation."""
    async with database(server_dsn) as (dsn, pool):
        await found(pool, policies=10, people=20, webhook="http://127.0.0.1:9/")
        people: list[UUID] = [row["id"] for row in await pool.fetch("select id from users order by name")]
        async with acting(pool, BENCH) as connection:
            now = await instants.now(connection)
            busy = await _busy(connection, people, now)
            hourly = await _hourly(connection, people, now)
            _, secret = await tokens.create(connection, TokenSpec(name="bench", scope="read"))
        headers = {"Authorization": f"Bearer {secret}"}
        async with tocsin(dsn, "serve") as process, httpx.AsyncClient(base_url=process.url, headers=headers) as http:
            first, later = await _spans(http, busy, now)
            _, each_hour = await _spans(http, hourly, now)
    return [
        Row("a year of a busy schedule, first call", first, "ms"),
        Row("a year of a busy schedule, p50", quantile(later, 0.5), "ms", "<= 100"),
        Row("a year of an hourly rotation, p50", quantile(each_hour, 0.5), "ms"),
    ]


async def _spans(http: httpx.AsyncClient, schedule_id: UUID, start: datetime) -> tuple[float, list[float]]:
    """Milliseconds of the first call, and of those after it."""
    spans: list[float] = []
    for _ in range(_CALLS + 1):
        begin = time.perf_counter()
        window = {"start": start.isoformat(), "end": (start + _YEAR).isoformat()}
        answer = await http.get(f"/api/v1/schedules/{schedule_id}/shifts", params=window)
        answer.raise_for_status()
        spans.append((time.perf_counter() - begin) * 1000)
        assert len(answer.json()["items"]) > 300
    return spans[0], spans[1:]


async def _busy(connection: Connection, people: list[UUID], now: datetime) -> UUID:
    days = await _rotation(connection, "Days", "daily", people[:6], now)
    nights = await _rotation(connection, "Nights", "weekly", people[6:12], now)
    weekends = await _rotation(connection, "Weekends", "weekly", people[12:18], now)
    rules = [
        ScheduleRuleSpec(
            target=WeeklyRuleTarget("rotation", days), weekdays=range(5), start=wall_time(8), end=wall_time(20)
        ),
        ScheduleRuleSpec(
            target=WeeklyRuleTarget("rotation", nights), weekdays=range(7), start=wall_time(20), end=wall_time(8)
        ),
        ScheduleRuleSpec(
            target=WeeklyRuleTarget("rotation", weekends), weekdays=(5, 6), start=wall_time(8), end=wall_time(20)
        ),
    ]
    schedule = await schedules.create(connection, ScheduleSpec(name="Busy", time_zone="Europe/Berlin", rules=rules))
    for week in range(52):
        start = now + timedelta(weeks=week)
        spec = OverrideSpec(
            start_at=start,
            end_at=start + timedelta(hours=30),
            add_user_id=people[week % 6],
            remove_user_id=people[6 + week % 6],
        )
        await overrides.create(connection, schedule.id, spec)
    return schedule.id


async def _hourly(connection: Connection, people: list[UUID], now: datetime) -> UUID:
    rotation = await _rotation(connection, "Hourly", "hourly", people, now)
    always = ScheduleRuleSpec(
        target=WeeklyRuleTarget("rotation", rotation), weekdays=range(7), start=wall_time(0), end=wall_time(0)
    )
    return (
        await schedules.create(connection, ScheduleSpec(name="Hourly", time_zone="Europe/Berlin", rules=[always]))
    ).id


async def _rotation(connection: Connection, name: str, kind: RotationType, people: list[UUID], now: datetime) -> UUID:
    spec = RotationSpec(name=name, time_zone="Europe/Berlin", type=kind, start_at=now, participants=people)
    return (await rotations.create(connection, spec)).id
