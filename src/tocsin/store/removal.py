"""Removal of what has been kept for long enough."""

from datetime import timedelta

from tocsin.db.pool import Queryable


async def remove_in_batches(database: Queryable, statement: str, lifetime: timedelta, at_once: int) -> int:
    """Run the statement until it removes fewer than ``at_once`` rows older than ``lifetime``; returns how many in all.

    Each run is a transaction of its own, so that nothing is locked for long.
    """
    removed = 0
    while batch := await database.fetchval(statement, lifetime, at_once):
        removed += batch
        if batch < at_once:
            break
    return removed
