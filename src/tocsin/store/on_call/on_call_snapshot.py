"""Rotations and schedules as the rules of `tocsin.domain` take them, with where they stand now."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call.handoffs import HandoffRule
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import RotationState
from tocsin.domain.on_call.schedule import (
    FixedShift,
    OverrideDefinition,
    ScheduleDefinition,
    TemporaryScheduleDefinition,
)
from tocsin.domain.on_call.snapshot import OnCallSnapshot, RotationSnapshot
from tocsin.domain.on_call.weekly_rule import WeeklyRule, WeeklyRuleTarget
from tocsin.store.instants import now

_sql = Statements(__package__, "on_call_snapshot.sql")

log = structlog.get_logger(__name__)

T = TypeVar("T")


async def load(
    database: Queryable, rotation_ids: Collection[UUID], schedule_ids: Collection[UUID], since: datetime | None = None
) -> OnCallSnapshot:
    """The rotations and schedules, and the rotations that the schedules use.

    Overrides and temporary schedules that are over are among it if they ended after ``since``, or after what the
    schedule's rows tell.
    """
    rows = await schedule_rows(database, schedule_ids, since) if schedule_ids else []
    return await around(database, rows, rotation_ids)


async def around(
    database: Queryable, schedules: Sequence[asyncpg.Record], rotation_ids: Collection[UUID] = ()
) -> OnCallSnapshot:
    """Schedules as `schedule_rows` gives them, the rotations that they use, and the rotations named."""
    rotations = await database.fetch(_sql["rotations"], list(rotation_ids), [row["id"] for row in schedules])
    nows = [row["now"] for row in (*schedules, *rotations)]
    last_known: dict[UUID, Sequence[UUID]] = {}
    return OnCallSnapshot(
        now=max(nows) if nows else await now(database),
        rotations=_readable(rotations, rotation_now, last_known),
        schedules=_readable(schedules, schedule_of, last_known),
        last_known=last_known,
        changed_at={row["id"]: row["changed_at"] for row in schedules if row["changed_at"] is not None},
        history_until={row["id"]: row["history_until"] for row in schedules if row["history_until"] is not None},
    )


async def rotation_rows(database: Queryable, rotation_ids: Collection[UUID]) -> Sequence[asyncpg.Record]:
    """Rotations as stored."""
    return await database.fetch(_sql["rotations"], list(rotation_ids), [])


async def schedule_rows(
    database: Queryable, schedule_ids: Collection[UUID], since: datetime | None = None
) -> Sequence[asyncpg.Record]:
    """Schedules as stored, with what ended after ``since`` as `load` says."""
    return await database.fetch(_sql["schedules"], list(schedule_ids), since)


def rotation_now(row: asyncpg.Record) -> RotationSnapshot:
    """Raises ValueError or ZoneInfoNotFoundError when the row makes no rotation."""
    state = (
        RotationState(row["position"], row["rotation_participant_id"], row["shift_start"], row["shift_end"])
        if row["version"] is not None
        else None
    )
    participants = [Participant(UUID(one["id"]), UUID(one["user_id"])) for one in row["participants"]]
    rotation = HandoffRule(row["type"], row["shift_length"], row["start_at"], ZoneInfo(row["time_zone"]))
    return RotationSnapshot(rotation, participants, state, row["changed_at"])


def schedule_of(row: asyncpg.Record) -> ScheduleDefinition:
    """Raises ValueError or ZoneInfoNotFoundError when the row makes no schedule."""
    return ScheduleDefinition(
        ZoneInfo(row["time_zone"]),
        [_rule(rule) for rule in row["rules"]],
        [_override(override) for override in row["overrides"]],
        [_temporary(temporary) for temporary in row["temporary"]],
    )


def _readable(
    rows: Sequence[asyncpg.Record], read: Callable[[asyncpg.Record], T], last_known: dict[UUID, Sequence[UUID]]
) -> Mapping[UUID, T]:
    """What can be read of the rows; of the others, who was last known to be on call."""
    found: dict[UUID, T] = {}
    for row in rows:
        try:
            found[row["id"]] = read(row)
        except (ValueError, LookupError, OSError) as error:
            log.warning("on_call_unreadable", id=str(row["id"]), error=str(error))
            known = row["last_known"]
            last_known[row["id"]] = sorted(map(UUID, known)) if isinstance(known, dict) else [known] if known else []
    return found


def _rule(rule: Mapping[str, Any]) -> WeeklyRule:
    target = (
        WeeklyRuleTarget("user", UUID(rule["user_id"]))
        if rule["user_id"]
        else WeeklyRuleTarget("rotation", UUID(rule["rotation_id"]))
    )
    start, end = time.fromisoformat(rule["start"]), time.fromisoformat(rule["end"])
    return WeeklyRule(UUID(rule["id"]), target, frozenset(rule["weekdays"]), start, end)


def _override(override: Mapping[str, Any]) -> OverrideDefinition:
    return OverrideDefinition(
        UUID(override["id"]),
        _instant(override["start_at"]),
        _instant(override["end_at"]),
        _id(override["add_user_id"]),
        _id(override["remove_user_id"]),
    )


def _temporary(temporary: Mapping[str, Any]) -> TemporaryScheduleDefinition:
    shifts = [
        FixedShift(UUID(shift["user_id"]), _instant(shift["start_at"]), _instant(shift["end_at"]))
        for shift in temporary["shifts"]
    ]
    span = _instant(temporary["start_at"]), _instant(temporary["end_at"])
    return TemporaryScheduleDefinition(UUID(temporary["id"]), *span, tuple(shifts))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
