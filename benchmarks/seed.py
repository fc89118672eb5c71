"""Large organisations, written set by set past the triggers, as the engine would have left them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from benchmarks.organisation import found
from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

_SQL = Statements(__package__, "seed.sql")
_LATER = timedelta(hours=6)


async def found_large(pool: Pool, policies: int) -> Sequence[UUID]:
    """Services with a policy each. Every fifth policy pages by a rotation and by a schedule, the others page people."""
    organisation = await found(pool, policies=policies, people=100, webhook="http://127.0.0.1:9/")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(_SQL["use_rotations"])
    return organisation.services


async def open_many(pool: Pool, services: Sequence[UUID], count: int, name: str, due: datetime | None = None) -> None:
    """Open alerts with their jobs; due ``due``, or in six to twelve hours."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        later = await connection.fetchval("select now() + $1::interval", _LATER)
        due, over = (due, timedelta(0)) if due else (later, _LATER)
        await connection.execute(_SQL["alerts"], services, count, due, over, name)
        await connection.execute(_SQL["jobs"])
