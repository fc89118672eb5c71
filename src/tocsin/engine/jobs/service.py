"""Job ``service``: maintenance begins and ends, or the service's policy has changed; its open alerts look up."""

from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.maintenance import Windows, windows_at
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome, retry_on_conflict
from tocsin.store import row_mapping
from tocsin.store.services.maintenance import UNREADABLE

_SQL = Statements(__package__, "service.sql")


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one service's maintenance, and wakes its alerts, each by its own job."""

    async def attempt(object_id: str) -> Outcome | None:
        service_id = UUID(object_id)
        row = await pool.fetchrow(_SQL["load"], service_id)
        if row is None:
            return GONE
        try:
            windows = windows_at([row_mapping.window(window) for window in row["windows"]], row["now"])
        except UNREADABLE:
            await _look_up(pool, service_id)  # all the same, for a maintenance by hand may have ended
            raise
        if not await _keep(pool, row, windows):
            return None
        await _look_up(pool, service_id)
        return _outcome(row, windows)

    return JobKind("service", retry_on_conflict(attempt))


async def _look_up(pool: Pool, service_id: UUID) -> None:
    """Clear a maintenance that is over, and wake all that it may have held."""
    await pool.execute(_SQL["clear"], service_id)
    await pool.execute(_SQL["release"], service_id)
    await pool.execute(_SQL["wake"], service_id)


async def _keep(pool: Pool, row: asyncpg.Record, windows: Windows) -> bool:
    """Write what the windows say, if that is new; False when another run has written since."""
    if (row["window_ends_at"], row["next_change"]) == (windows.ends_at, windows.next_change):
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
