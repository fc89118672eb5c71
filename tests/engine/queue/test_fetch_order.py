"""A fetch reads the jobs that it takes and no others, whatever PostgreSQL believes about the queue."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId

from tocsin.db.pool import Pool
from tocsin.engine.queue.fetch_order import longest_due_first
from tocsin.engine.queue.queries import HEARTBEAT_TIMEOUT, names

KINDS = [QueueEntrypoint(kind) for kind in ("alert", "cycle", "policy", "service")]
BATCH = 100

# Due jobs, and many that wait: their triggers and the work of vacuum are left out, so that only the fetch is looked at.
JOBS = """
insert into pgqueuer (priority, entrypoint, payload, execute_after, status)
select 0, 'alert', convert_to(number::text, 'UTF8'), now() + $2::interval + number * interval '1 ms', 'queued'
from generate_series(1, $1::integer) as number
"""
HOUR, AGO = "1 hour", "-1 hour"


async def jobs(connection: asyncpg.Connection, count: int, when: str) -> None:
    await connection.execute(JOBS.replace("$2", f"'{when}'"), count)


async def only_due(connection: asyncpg.Connection) -> None:
    """As when an engine has begun with a storm: the statistics say that all jobs are due. Then many come that wait."""
    await jobs(connection, 2_000, AGO)
    await connection.execute("analyze pgqueuer")
    await connection.execute("delete from pgqueuer")
    await jobs(connection, 200_000, HOUR)
    await jobs(connection, 500, AGO)


async def never_analysed(connection: asyncpg.Connection) -> None:
    """As after a restore."""
    await jobs(connection, 200_000, HOUR)
    await jobs(connection, 500, AGO)


async def storm(connection: asyncpg.Connection) -> None:
    """Many wait, and many are due, and the statistics know."""
    await jobs(connection, 100_000, HOUR)
    await jobs(connection, 50_000, AGO)
    await connection.execute("analyze pgqueuer")


async def most_rows_read(connection: asyncpg.Connection, builder: QueryQueueBuilder) -> float:
    """The most jobs that any part of a fetch comes upon."""
    fetch = builder.build_dequeue_query(
        batch_size=BATCH,
        entrypoints=KINDS,
        concurrency_limits=[0] * len(KINDS),
        queue_manager_id=QueueManagerId(uuid4()),
        global_concurrency_limit=None,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
    )
    found = await connection.fetchval(f"explain (analyze, format json) {fetch.sql}", *fetch.args)
    return max(_rows_read(found[0]["Plan"]))


def _rows_read(plan: Mapping[str, Any]) -> Iterator[float]:
    if plan.get("Relation Name") == "pgqueuer" and "Scan" in plan["Node Type"]:
        yield (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for below in plan.get("Plans", ()):
        yield from _rows_read(below)


@pytest.mark.parametrize("prepare", [only_due, never_analysed, storm])
async def test_a_fetch_reads_what_it_takes(pool: Pool, prepare: Any) -> None:
    async with pool.acquire() as connection:
        await connection.execute("alter table pgqueuer set (autovacuum_enabled = false)")
        await prepare(connection)
        assert await most_rows_read(connection, longest_due_first(names())) <= BATCH


async def test_by_priority_it_would_walk_past_all_that_wait(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("alter table pgqueuer set (autovacuum_enabled = false)")
        await connection.execute(
            "create index on pgqueuer (entrypoint, priority desc, id) where status = 'queued'"  # as PgQueuer has it
        )
        await only_due(connection)
        assert await most_rows_read(connection, QueryQueueBuilder(names())) > 100_000
