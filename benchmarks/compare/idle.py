"""What it costs to have nothing to do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compare.environment import Environment, Seeded, round_begins, working
from benchmarks.compare.figures import Figure
from benchmarks.designs.catalogue import BATCHES, EVENTS, TOCSIN, UNLIMITED

# Limits change nothing where nothing is due.
_DESIGNS = (TOCSIN, UNLIMITED, BATCHES, EVENTS)
_SECONDS = 10
_STARTED_AFTER = 13  # Tocsin's sweep looks at all there is ten seconds after its start, and then every few minutes
_ROWS_READ = """
select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::float8 from pg_stat_user_tables
"""


@dataclass(frozen=True, slots=True)
class Counters:
    """What has been used so far."""

    processor_seconds: float
    rows_read: float
    statements: int

    @classmethod
    async def of(cls, environment: Environment) -> "Counters":
        async with environment.pool.acquire() as connection:
            await connection.execute("set log_statement = none")
            rows_read = await connection.fetchval(_ROWS_READ)
            log = Path(await connection.fetchval("select pg_current_logfile()"))
            database = await connection.fetchval("select current_database()")
        statements = log.read_text().count(f"\n{database} LOG:  ")
        return cls(await environment.processor_seconds(), rows_read, statements)


async def idle(seed: Seeded) -> AsyncIterator[Figure]:
    """Ten seconds in which nothing is due: two rounds of those that have them."""
    for design in _DESIGNS:
        async with working(seed, design, log_statements=True) as environment:
            await asyncio.sleep(_STARTED_AFTER)
            await round_begins(4.0)
            before = await Counters.of(environment)
            await asyncio.sleep(_SECONDS)
            after = await Counters.of(environment)
        for what, used, unit in (
            ("idle, statements", after.statements - before.statements, "a second"),
            ("idle, rows read", after.rows_read - before.rows_read, "a second"),
            ("idle, processor", 100 * (after.processor_seconds - before.processor_seconds), "% of a core"),
        ):
            yield Figure("compare-idle", what, seed.size.alerts, seed.size.policies, design, used / _SECONDS, unit)
