"""What a comparison stands on: a seeded database for each size, copied for each design, and its process."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from benchmarks.compare.figures import Size
from benchmarks.cpu import seconds_used, server_pids
from benchmarks.designs import events
from benchmarks.designs.catalogue import EVENTS, EVERY, SENDING_TOCSIN, TOCSIN
from benchmarks.designs.queueless import take_queue_out
from benchmarks.environment import at_database, empty_database
from benchmarks.seed import found_large, open_many
from tocsin.cli.runtime import bring_up_to_date
from tocsin.db.pool import Pool, open_pool

SERVER = {"track_commit_timestamp": "on", "log_line_prefix": "%d "}
_READY_WITHIN = 60
_LOG_STATEMENTS = """
do $$ begin execute format('alter database %I set log_statement = ''all''', current_database()); end $$
"""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A database to copy."""

    server_dsn: str
    name: str
    size: Size
    services: Sequence[UUID]


@asynccontextmanager
async def seeded(server_dsn: str, size: Size, due_together: int = 0) -> AsyncIterator[Seeded]:
    """Open alerts that wait for hours, and ``due_together`` more, whose summaries begin with ``storm``."""
    async with empty_database(server_dsn) as dsn:
        await bring_up_to_date(dsn)
        async with open_pool(dsn, size=2, application_name="bench") as pool:
            services = await found_large(pool, size.policies)
            await open_many(pool, services, size.alerts, "waits")
            if due_together:
                await open_many(pool, services, due_together, "storm")
            await pool.execute("vacuum analyze")
        yield Seeded(server_dsn, dsn.partition("?")[0].rpartition("/")[2], size, services)


@dataclass(frozen=True, slots=True)
class Environment:
    """A copy, and the process that works on it."""

    dsn: str
    pool: Pool
    process: int
    seed: Seeded

    async def processor_seconds(self) -> float:
        """Used so far by the process and by PostgreSQL."""
        return seconds_used([self.process, *server_pids(await self.pool.fetchval("select pg_backend_pid()"))])

    async def until(self, none_left: str, *arguments: object, within: float) -> bool:
        """Wait until the statement counts nothing; False when it still does after ``within`` seconds."""
        deadline = time.monotonic() + within
        while await self.pool.fetchval(none_left, *arguments):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.1)
        return True


@asynccontextmanager
async def working(
    seed: Seeded, design: str, *, every: float = EVERY, log_statements: bool = False
) -> AsyncIterator[Environment]:
    """The design at work on a copy of its own; ``every`` is from one of its rounds to the next, in seconds."""
    async with _copied(seed) as dsn, open_pool(dsn, size=4, application_name="bench") as pool:
        async with pool.acquire() as connection:
            if design not in (TOCSIN, SENDING_TOCSIN):
                await take_queue_out(connection)
            if design == EVENTS:
                await events.install(connection)
            if log_statements:
                await connection.execute(_LOG_STATEMENTS)
        async with _process(design, dsn, every) as pid:
            yield Environment(dsn, pool, pid, seed)


@asynccontextmanager
async def _copied(seed: Seeded) -> AsyncIterator[str]:
    name = f"copy_{secrets.token_hex(4)}"
    control = await asyncpg.connect(seed.server_dsn)
    try:
        await control.execute(f'create database "{name}" template "{seed.name}" strategy file_copy')
        yield at_database(seed.server_dsn, name)
    finally:
        await control.execute(f'drop database if exists "{name}" with (force)')
        await control.close()


@asynccontextmanager
async def _process(design: str, dsn: str, every: float) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.designs", design, dsn, str(every)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    try:
        async with asyncio.timeout(_READY_WITHIN):
            assert process.stdout is not None
            while (line := await process.stdout.readline()).strip() != b"ready":
                if not line:
                    raise RuntimeError(f"{design} ended before it was ready")
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def round_begins(after: float = 0.0) -> float:
    """Wait until a moment after the beginning of a round of those designs that have them; the time then."""
    now = time.time()
    moment = now - now % EVERY + EVERY + after
    if moment - now > EVERY:
        moment -= EVERY
    await asyncio.sleep(moment - now)
    return moment
