"""Closed alerts are kept for a time, then removed with timelines and pages. Their hourly sums stay, for reports.

A batch is a transaction of its own, so nothing is locked for long. Like everybody it locks services before alerts; the
sums are written, which looks at services and users, before anything goes.
"""

from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import structlog

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements

_sql = Statements(__package__, "retention.sql")

log = structlog.get_logger(__name__)

OLD = _sql["old"]

_REMOVED_AT_ONCE = 200
_MOST_BATCHES = 200
_FLAPS_AT_ONCE = 1000


async def remove_old(pool: Pool, lifetime: timedelta) -> int:
    """Remove alerts that were closed longer than ``lifetime`` ago, as many as are allowed at a time; returns how many.

    Engines share the work: what one of them is removing the others leave alone.
    """
    removed = 0
    try:
        for _ in range(_MOST_BATCHES):
            removed += (batch := await _remove_batch(pool, lifetime))
            if batch < _REMOVED_AT_ONCE:
                break
    except asyncpg.ForeignKeyViolationError:  # a service or a user has been deleted meanwhile; the next time will do
        log.info("alerts_not_removed_yet", removed=removed)
    return removed


async def remove_old_flaps(pool: Pool) -> None:
    """Forget closes that are too long ago to count as flapping."""
    await pool.execute(_sql["old_flaps"], _FLAPS_AT_ONCE)


async def _remove_batch(pool: Pool, lifetime: timedelta) -> int:
    async with pool.acquire() as connection, connection.transaction():
        found = await connection.fetch(OLD, lifetime, _REMOVED_AT_ONCE)
        if not found:
            return 0
        await connection.execute(_sql["hold_services"], list({row["service_id"] for row in found}))
        rows = await connection.fetch(_sql["hold_alerts"], [row["id"] for row in found])
        await _remove(connection, [row["id"] for row in rows])
    return len(rows)


async def _remove(connection: Connection, alert_ids: Sequence[int]) -> None:
    """Add the alerts and their pages to the sums, and remove them."""
    for statement in ("sum_alerts", "sum_pages", "sum_people", "remove"):
        await connection.execute(_sql[statement], alert_ids)
