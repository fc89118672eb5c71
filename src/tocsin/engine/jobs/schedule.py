"""Job ``schedule``: the rows that say who is on call are brought up to date, with their history (S4, S5).

The history tells the planned moments: a job that comes late writes every stint since its rows were last up to date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.on_call.history import History, history
from tocsin.domain.on_call.snapshot import OnCallSnapshot
from tocsin.domain.spans import Span
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.jobs.on_call_cause import OnCallCauses, of_schedule
from tocsin.engine.jobs.on_call_history import replay, row_arguments
from tocsin.engine.queue.job import GONE, JobKind, Outcome, retry_on_conflict
from tocsin.store.on_call import on_call_snapshot

_SQL = Statements(__package__, "schedule.sql")


@dataclass(frozen=True, slots=True)
class ScheduleSnapshot:
    """A schedule and the rotations in it, as of one moment. ``version`` is None before its first look."""

    id: UUID
    snapshot: OnCallSnapshot
    version: int | None
    next_change: datetime | None
    stored: Mapping[UUID, OnCallCauses]
    now: datetime


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one schedule."""

    async def load_many(schedule_ids: Sequence[UUID]) -> Mapping[UUID, ScheduleSnapshot]:
        rows = await on_call_snapshot.schedule_rows(pool, schedule_ids)
        whole = await on_call_snapshot.around(pool, rows)
        return {row["id"]: _snapshot(row, whole) for row in rows}

    loads = BatchLoader(load_many)

    async def attempt(object_id: str) -> Outcome | None:
        loaded = await loads.load(UUID(object_id))
        return GONE if loaded is None else await _apply(pool, loaded)

    async def drift(object_id: str) -> str | None:
        loaded = await loads.load(UUID(object_id))
        return None if loaded is None else _drift(loaded)

    return JobKind("schedule", retry_on_conflict(attempt), drift)


def _snapshot(row: asyncpg.Record, whole: OnCallSnapshot) -> ScheduleSnapshot:
    if row["id"] not in whole.schedules:
        on_call_snapshot.schedule_of(row)  # raises what is wrong with it, so that its job is parked with the reason
    stored = {UUID(user_id): because for user_id, because in row["last_known"].items()}
    return ScheduleSnapshot(row["id"], whole, row["version"], row["next_change"], stored, whole.now)


def _drift(loaded: ScheduleSnapshot) -> str | None:
    """What is wrong with the on-call rows or with the moment of the next look, unless that has come."""
    if loaded.version is None:
        return "no_state"
    stored, next_change = loaded.next_change, loaded.snapshot.next_change(loaded.id)
    if stored is not None and stored <= loaded.now:
        return None
    wanted = {one.user_id: of_schedule(one.because) for one in loaded.snapshot.of_schedule(loaded.id, loaded.now)}
    is_late = next_change is not None and (stored is None or stored > next_change)
    return "differs" if is_late or wanted != loaded.stored else None


async def _apply(pool: Pool, loaded: ScheduleSnapshot) -> Outcome | None:
    """Write who is on call; None when the schedule has moved since it was loaded."""
    told = await replay(loaded.snapshot.to_replay(loaded.id), lambda window: _history(loaded, window))
    next_change = loaded.snapshot.next_change(loaded.id)
    arguments = (
        loaded.id,
        loaded.version,
        next_change,
        loaded.now,
        row_arguments(told.changed),
        row_arguments(told.added),
    )
    if not await pool.fetchval(_SQL["apply"], *arguments):
        return None
    due = loaded.next_change if loaded.next_change is not None and loaded.next_change <= loaded.now else None
    wake_at = next_change if next_change == loaded.next_change else None
    return Outcome("brought_up_to_date", due=due, acted=loaded.now, wake_at=wake_at)


def _history(loaded: ScheduleSnapshot, window: Span) -> History[OnCallCauses]:
    return history(loaded.stored, loaded.snapshot.pieces_of_schedule(loaded.id, window), of_schedule, window)
