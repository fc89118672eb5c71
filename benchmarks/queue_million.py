"""How fast due jobs are fetched among 1,000,000 that wait, in our order and in PgQueuer's, analysed and not."""

import time
from uuid import uuid4

import asyncpg
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId

from benchmarks.environment import empty_database
from benchmarks.table import Row
from tocsin.db.migrate import migrate
from tocsin.engine.queue.fetch_order import longest_due_first
from tocsin.engine.queue.queries import HEARTBEAT_TIMEOUT, names

_KINDS = [QueueEntrypoint(kind) for kind in ("alert", "cycle", "policy", "service")]
_FUTURE, _DUE, _STORM = 1_000_000, 5_000, 100_000
_LONGEST = 8.0

_JOBS = """
insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)
select
    0, 'alert', convert_to($2::text || number, 'UTF8'),
    now() + $3::float8 * interval '1 s' + number * interval '1 ms',
    'alert:' || $2::text || number, 'queued'
from generate_series(1, $1::integer) as number
"""
_PRIORITY_INDEX = "create index on pgqueuer (entrypoint, priority desc, id) where status = 'queued'"


async def queue_million(server_dsn: str) -> list[Row]:
    """The fetch alone, by batches of 100, each deleted as done."""
    ours = await _rates(server_dsn, "longest due first", longest_due_first(names()), by_priority=False)
    theirs = await _rates(server_dsn, "PgQueuer's order", QueryQueueBuilder(names()), by_priority=True)
    return [*ours, *theirs]


async def _rates(server_dsn: str, what: str, builder: QueryQueueBuilder, *, by_priority: bool) -> list[Row]:
    async with empty_database(server_dsn) as dsn:
        await migrate(dsn)
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("alter table pgqueuer set (autovacuum_enabled = false)")
            if by_priority:
                await connection.execute(_PRIORITY_INDEX)
            await connection.execute(_JOBS, _DUE, "early", -3600.0)
            await connection.execute("analyze pgqueuer")
            await connection.execute("delete from pgqueuer")
            await connection.execute(_JOBS, _FUTURE, "late", 3600.0)
            await connection.execute(_JOBS, _DUE, "now", -3600.0)
            stale = await _rate(connection, builder)
            await connection.execute("delete from pgqueuer where execute_after < now()")
            await connection.execute("vacuum analyze pgqueuer")
            await connection.execute(_JOBS, _DUE, "again", -3600.0)
            analysed = await _rate(connection, builder)
            await connection.execute(_JOBS, _STORM, "storm", -3600.0)
            storm = await _rate(connection, builder)
        finally:
            await connection.close()
    return [
        Row(f"{what}, 1,000,000 jobs since the last analyze", stale, "jobs/s"),
        Row(f"{what}, analysed", analysed, "jobs/s"),
        Row(f"{what}, 100,000 due", storm, "jobs/s"),
    ]


async def _rate(connection: asyncpg.Connection, builder: QueryQueueBuilder) -> float:
    """Jobs fetched and deleted a second, until none is due or time is up."""
    fetch = builder.build_dequeue_query(
        batch_size=100,
        entrypoints=_KINDS,
        concurrency_limits=[0] * len(_KINDS),
        queue_manager_id=QueueManagerId(uuid4()),
        global_concurrency_limit=None,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
    )
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < _LONGEST and (rows := await connection.fetch(fetch.sql, *fetch.args)):
        count += len(rows)
        await connection.execute("delete from pgqueuer where id = any($1::bigint[])", [row["id"] for row in rows])
    return count / (time.perf_counter() - begin)
