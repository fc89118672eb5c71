"""Job ``service``: maintenance begins or ends, or the service has another policy; its open alerts' jobs are woken."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.maintenance import UNREADABLE, Windows, windows_at
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome, retry_on_conflict

_SQL = Statements(__package__, "service.sql")


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one service's maintenance, and wakes its alerts, each by its own job."""

    async def load_many(service_ids: Sequence[UUID]) -> Mapping[UUID, asyncpg.Record]:
        return {row["id"]: row for row in await pool.fetch(_SQL["load"], service_ids)}

    loads = BatchLoader(load_many)

    async def attempt(object_id: str) -> Outcome | None:
        service_id = UUID(object_id)
        row = await loads.load(service_id)
        if row is None:
            return GONE
        try:
            windows = _windows(row)
        except UNREADABLE:
            await _look_up(pool, service_id)  # all the same, for a maintenance by hand may have ended
            raise
        if not await _keep(pool, row, windows):
            return None
        await _look_up(pool, service_id)
        return _outcome(row, windows)

    async def drift(object_id: str) -> str | None:
        row = await loads.load(UUID(object_id))
        return None if row is None else _drift(row, _windows(row))

    return JobKind("service", retry_on_conflict(attempt), drift)


def _windows(row: asyncpg.Record) -> Windows:
    """What the planned windows say now. Raises what a window that cannot be read raises."""
    return windows_at([maintenance.window(window) for window in row["windows"]], row["now"])


def _drift(row: asyncpg.Record, windows: Windows) -> str | None:
    """What is wrong with what is stored of the windows, unless they are due to change."""
    if _is_stored(row, windows) or (row["next_change"] is not None and row["next_change"] <= row["now"]):
        return None
    return "no_state" if row["version"] is None else "differs"


def _is_stored(row: asyncpg.Record, windows: Windows) -> bool:
    return (row["window_ends_at"], row["next_change"]) == (windows.ends_at, windows.next_change)


async def _look_up(pool: Pool, service_id: UUID) -> None:
    """Clear a maintenance that is over, and wake all that it may have held."""
    await pool.execute(_SQL["clear"], service_id)
    await pool.execute(_SQL["release"], service_id)
    await pool.execute(_SQL["wake"], service_id)


async def _keep(pool: Pool, row: asyncpg.Record, windows: Windows) -> bool:
    """Write what the windows say, if that is new; False when another run has written since."""
    if _is_stored(row, windows):
        return True
    arguments = (row["id"], row["version"], windows.ends_at, windows.next_change)
    return bool(await pool.fetchval(_SQL["keep_windows"], *arguments))


def _outcome(row: asyncpg.Record, windows: Windows) -> Outcome:
    now: datetime = row["now"]
    moments = (row["maintenance_expires_at"], row["next_change"])
    due = min((moment for moment in moments if moment is not None and moment <= now), default=None)
    ahead = (row["maintenance_expires_at"], windows.next_change)
    wake_at = min((moment for moment in ahead if moment is not None and moment > now), default=None)
    return Outcome("maintenance_moved" if due else "alerts_woken", due=due, acted=now, wake_at=wake_at, wakes=(PAGES,))
