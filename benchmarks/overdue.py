"""What it costs to ask what is overdue, of 100,000 open alerts and 10,000 policies."""

import time
from datetime import timedelta
from statistics import median

from benchmarks.environment import database
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row
from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

_LOOKS = 20


async def overdue(server_dsn: str) -> list[Row]:
    """The view that metrics and doctors read, and what the sweep asks every second; all have their jobs.

    The alerts' next moves are spread over an hour.
    """
    sweep = Statements("tocsin.engine.healing", "sweep.sql")
    async with database(server_dsn) as (_, pool):
        organisation = await found(pool, policies=10_000, people=100, webhook="http://127.0.0.1:9/")
        await open_alerts(pool, organisation, 100_000, timedelta(minutes=1), timedelta(hours=1))
        what = "of 100,000 open alerts"
        return [
            Row(
                f"the view, {what}",
                await _milliseconds(pool, "select kind, id, due, reason from engine_overdue"),
                "ms",
                "<= 50",
            ),
            Row(f"a second's sweep, {what}", await _milliseconds(pool, sweep["soon"], 1000), "ms", "<= 5"),
            Row(f"a sweep ahead, {what}", await _milliseconds(pool, sweep["ahead"], 1000), "ms", "<= 50"),
        ]


async def _milliseconds(pool: Pool, statement: str, *arguments: object) -> float:
    """How long the statement takes, which finds nothing."""
    taken = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        assert await pool.fetch(statement, *arguments) == []
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)
