"""Temporary schedules: for a time, shifts of their own stand in for a schedule's rules and overrides (S3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, FieldError, NotFound
from tocsin.store.instants import in_utc
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, ends_after_start, past, require_none, unknown

_sql = Statements(__package__, "temporary_schedules.sql")


@dataclass(frozen=True, slots=True)
class TemporaryShift:
    """A user's time on call, from ``start_at`` up to and without ``end_at``."""

    user_id: UUID
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryScheduleSpec:
    """The fields that users set. Where no shift is, nobody is on call."""

    start_at: datetime
    end_at: datetime
    shifts: Sequence[TemporaryShift] = ()


@dataclass(frozen=True, slots=True)
class TemporarySchedule:
    """One temporary schedule with its shifts in order of time."""

    id: UUID
    schedule_id: UUID
    start_at: datetime
    end_at: datetime
    created_at: datetime
    shifts: Sequence[TemporaryShift]

    @property
    def spec(self) -> TemporaryScheduleSpec:
        return TemporaryScheduleSpec(start_at=self.start_at, end_at=self.end_at, shifts=self.shifts)


async def create(connection: Connection, schedule_id: UUID, spec: TemporaryScheduleSpec) -> TemporarySchedule:
    """Add a temporary schedule to a schedule that is locked.

    Raises InvalidInput naming every wrong field, Conflict naming the temporary schedule that it overlaps.
    """
    await _check(connection, schedule_id, spec, None)
    temporary_id = await connection.fetchval(_sql["insert"], schedule_id, spec.start_at, spec.end_at)
    await _insert_shifts(connection, temporary_id, spec.shifts)
    return await get(connection, schedule_id, temporary_id)


async def get(database: Queryable, schedule_id: UUID, temporary_id: UUID) -> TemporarySchedule:
    """Raises NotFound, for one of another schedule too."""
    if row := await database.fetchrow(_sql["get"], schedule_id, temporary_id):
        return _temporary(row)
    raise NotFound("no such temporary schedule")


async def page(database: Queryable, schedule_id: UUID, after: Position | None, limit: int) -> Slice[TemporarySchedule]:
    rows = await database.fetch(_sql["list"], schedule_id, *bounds(after), limit + 1)
    return cut([_temporary(row) for row in rows], limit)


async def update(
    connection: Connection, temporary: TemporarySchedule, spec: TemporaryScheduleSpec
) -> TemporarySchedule:
    """Change one whose schedule is locked; shifts are replaced as a whole. Raises as ``create`` does."""
    await _check(connection, temporary.schedule_id, spec, temporary)
    await connection.execute(_sql["update"], temporary.id, spec.start_at, spec.end_at)
    await connection.execute(_sql["delete_shifts"], temporary.id)
    await _insert_shifts(connection, temporary.id, spec.shifts)
    return await get(connection, temporary.schedule_id, temporary.id)


async def delete(connection: Connection, schedule_id: UUID, temporary_id: UUID) -> None:
    """Raises NotFound."""
    if await connection.fetchval(_sql["delete"], schedule_id, temporary_id) is None:
        raise NotFound("no such temporary schedule")


async def _check(
    connection: Connection, schedule_id: UUID, spec: TemporaryScheduleSpec, old: TemporarySchedule | None
) -> None:
    references = [Reference(f"shifts.{index}.user_id", "user", one.user_id) for index, one in enumerate(spec.shifts)]
    is_new = old is None or old.end_at != spec.end_at
    errors = [*ends_after_start(spec.start_at, spec.end_at), *_wrong_shifts(spec)]
    over = await past(connection, "end_at", spec.end_at) if is_new and not errors else ()
    require_none([*errors, *over, *await unknown(connection, references)])
    arguments = (schedule_id, spec.start_at, spec.end_at, old.id if old else None)
    if row := await connection.fetchrow(_sql["overlapping"], *arguments):
        message = (
            f"overlaps the temporary schedule {row['id']}, from {in_utc(row['start_at'])} until {in_utc(row['end_at'])}"
        )
        raise Conflict(message, FieldError("start_at", message))


def _wrong_shifts(spec: TemporaryScheduleSpec) -> Iterator[FieldError]:
    for index, shift in enumerate(spec.shifts):
        yield from ends_after_start(shift.start_at, shift.end_at, f"shifts.{index}.end_at")
        if shift.start_at < spec.start_at:
            yield FieldError(f"shifts.{index}.start_at", "is before the temporary schedule's start")
        if shift.end_at > spec.end_at:
            yield FieldError(f"shifts.{index}.end_at", "is after the temporary schedule's end")


async def _insert_shifts(connection: Connection, temporary_id: UUID, shifts: Sequence[TemporaryShift]) -> None:
    columns = (
        [shift.user_id for shift in shifts],
        [shift.start_at for shift in shifts],
        [shift.end_at for shift in shifts],
    )
    await connection.execute(_sql["insert_shifts"], temporary_id, *columns)


def _temporary(row: asyncpg.Record) -> TemporarySchedule:
    values = dict(row)
    shifts = [_shift(shift) for shift in values.pop("shifts")]
    return TemporarySchedule(**values, shifts=shifts)


def _shift(shift: dict[str, str]) -> TemporaryShift:
    start, end = (datetime.fromisoformat(shift[name]) for name in ("start_at", "end_at"))
    return TemporaryShift(UUID(shift["user_id"]), start, end)
