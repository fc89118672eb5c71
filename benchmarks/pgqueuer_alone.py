"""PgQueuer by itself, as it comes: the figures that ADR 0001 chose it by. None of Tocsin's tables or triggers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.queries import Queries

from benchmarks.environment import empty_database
from benchmarks.table import Row, quantile

_JOBS = 10_000
_FUTURE_JOBS = 200_000
_TIMED_JOBS = 1_000
_OVER = timedelta(seconds=10)
_ENTRYPOINT = "nothing"
_RUN_WITHIN = 60

_ENQUEUE = """
insert into pgqueuer (priority, entrypoint, payload, status, execute_after)
select 0, $1, null, 'queued', now() + $3::interval + n * $4::interval / $2::int from generate_series(1, $2::int) as n
"""


async def pgqueuer_alone(server_dsn: str) -> list[Row]:
    """Jobs that do nothing: at different batches, with others waiting, and how late timed ones run."""
    async with _installed(server_dsn) as pool:
        small = await _rate(pool, batch=10)
        large = await _rate(pool, batch=100)
        await pool.execute(_ENQUEUE, _ENTRYPOINT, _FUTURE_JOBS, timedelta(days=1), timedelta(days=1))
        await pool.execute("vacuum analyze pgqueuer")
        crowded = await _rate(pool, batch=100)
    async with _installed(server_dsn) as pool:
        late = await _lateness(pool)
    return [
        Row("no-op jobs, batch 10", small, "jobs/s"),
        Row("no-op jobs, batch 100", large, "jobs/s"),
        Row(f"no-op jobs, batch 100, {_FUTURE_JOBS:,} future jobs", crowded, "jobs/s"),
        Row("timed jobs, lateness p50", quantile(late, 0.5), "ms"),
        Row("timed jobs, lateness p99", quantile(late, 0.99), "ms"),
    ]


@asynccontextmanager
async def _installed(server_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with empty_database(server_dsn) as dsn, asyncpg.create_pool(dsn, min_size=4, max_size=4) as pool:
        await Queries(AsyncpgPoolDriver(pool)).install()
        yield pool


async def _rate(pool: asyncpg.Pool, *, batch: int) -> float:
    """Jobs a second, from the start of the run loop until the last has run."""
    await pool.execute(_ENQUEUE, _ENTRYPOINT, _JOBS, timedelta(0), timedelta(0))
    started = time.perf_counter()
    await _run_all(pool, _JOBS, batch, lambda _job: None)
    return _JOBS / (time.perf_counter() - started)


async def _lateness(pool: asyncpg.Pool) -> list[float]:
    """Milliseconds after its time at which each of the timed jobs ran; both on this machine's clock."""
    late: list[float] = []
    await pool.execute(_ENQUEUE, _ENTRYPOINT, _TIMED_JOBS, timedelta(seconds=1), _OVER)
    await _run_all(pool, _TIMED_JOBS, 10, lambda job: late.append((time.time() - job.execute_after.timestamp()) * 1000))
    return late


async def _run_all(pool: asyncpg.Pool, count: int, batch: int, handle: Callable[[Job], None]) -> None:
    """Run so many jobs, each handled once, and stop."""
    manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))
    left = count

    async def nothing(job: Job) -> None:
        nonlocal left
        handle(job)
        left -= 1
        if not left:
            manager.shutdown.set()

    manager.entrypoint(_ENTRYPOINT)(nothing)
    async with asyncio.timeout(_RUN_WITHIN):
        await manager.run(batch_size=batch)
