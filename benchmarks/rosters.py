"""Schedules for what is measured: a daily rotation by day, one person by night."""

from collections.abc import Mapping
from datetime import datetime, time
from uuid import UUID

from benchmarks.environment import BENCH
from tocsin.db.pool import Connection, Pool
from tocsin.domain.on_call.weekly_rule import WeeklyRuleTarget
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.rotations import Rotation, RotationSpec
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import ScheduleSpec

_ZONE = "Europe/Berlin"
_TAKE_PART = 8


async def schedules_made(pool: Pool, count: int) -> Mapping[str, UUID]:
    """Make so many schedules, each with a rotation of its own; the ids of one schedule and one rotation."""
    users = [row["id"] for row in await pool.fetch("select id from users order by id limit $1", _TAKE_PART)]
    start = await pool.fetchval("select now()")
    async with acting(pool, BENCH) as connection:
        made = [await _schedule(connection, f"{number}", users, start) for number in range(count)]
    schedule_id, rotation_id = made[-1]
    return {"schedule": schedule_id, "rotation": rotation_id}


async def _schedule(connection: Connection, name: str, users: list[UUID], start: datetime) -> tuple[UUID, UUID]:
    turns = RotationSpec(name=f"Turns {name}", time_zone=_ZONE, type="daily", start_at=start, participants=users)
    rotation = await rotations.create(connection, turns)
    spec = ScheduleSpec(name=f"Day and night {name}", time_zone=_ZONE, rules=_rules(rotation, users[0]))
    return (await schedules.create(connection, spec)).id, rotation.id


def _rules(rotation: Rotation, by_night: UUID) -> list[ScheduleRuleSpec]:
    week = tuple(range(7))
    return [
        ScheduleRuleSpec(target=WeeklyRuleTarget("rotation", rotation.id), weekdays=week, start=time(8), end=time(20)),
        ScheduleRuleSpec(target=WeeklyRuleTarget("user", by_night), weekdays=week, start=time(20), end=time(8)),
    ]
