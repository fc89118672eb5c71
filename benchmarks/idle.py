"""What a Tocsin costs that has nothing to do yet."""

import asyncio
from datetime import timedelta

from benchmarks.cpu import seconds_used, server_pids
from benchmarks.environment import database, tocsin
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row

# Ten seconds after its start, and then every ten minutes, an engine looks whether anything that is ever due has no job.
_SETTLED_AFTER = 20
_WATCH_SECONDS = 40


async def idle(server_dsn: str) -> list[Row]:
    """Engine and database together, 1,000 open alerts waiting."""
    return [await _cost(server_dsn, policies=100, alerts=1000)]


async def idle_large(server_dsn: str) -> list[Row]:
    """Engine and database together, 10,000 policies and 100,000 open alerts waiting."""
    return [await _cost(server_dsn, policies=10_000, alerts=100_000)]


async def _cost(server_dsn: str, *, policies: int, alerts: int) -> Row:
    async with database(server_dsn) as (dsn, pool):
        organisation = await found(pool, policies=policies, people=100, webhook="http://127.0.0.1:9/")
        await open_alerts(pool, organisation, alerts, timedelta(hours=6))
        await pool.execute("vacuum analyze")  # what the seeding leaves to do is no cost of being idle
        async with tocsin(dsn, "engine") as engine:
            await asyncio.sleep(_SETTLED_AFTER)
            pids = [engine.pid, *server_pids(await pool.fetchval("select pg_backend_pid()"))]
            before = seconds_used(pids)
            await asyncio.sleep(_WATCH_SECONDS)
            used = seconds_used(pids) - before
    what = f"{alerts:,} open alerts, {policies:,} policies"
    return Row(what, 100 * used / _WATCH_SECONDS, "% of a core", "<= 1.2")
