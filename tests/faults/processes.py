"""``tocsin engine`` as processes of their own."""

import os
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.fixtures.engine import eventually

from tocsin.db.pool import Pool


async def start_engine(dsn: str) -> Process:
    """A process that has just been started."""
    environment = {**os.environ, "TOCSIN_DATABASE_URL": dsn}
    return await create_subprocess_exec(
        sys.executable, "-m", "tocsin", "engine", env=environment, stdout=DEVNULL, stderr=DEVNULL
    )


async def at_work(pool: Pool, process: Process) -> None:
    """Wait until the process has given a sign of life."""

    async def is_at_work() -> bool:
        assert process.returncode is None, "it has ended"
        return bool(await pool.fetchval("select exists (select from engine_instances where pid = $1)", process.pid))

    await eventually(is_at_work, within=30)


async def kill(process: Process) -> None:
    """End it without a warning, if it has not ended."""
    if process.returncode is None:
        process.kill()
    await process.wait()


@asynccontextmanager
async def engine_process(dsn: str, pool: Pool) -> AsyncIterator[Process]:
    """A process at work for as long as the block runs."""
    process = await start_engine(dsn)
    try:
        await at_work(pool, process)
        yield process
    finally:
        await kill(process)


@asynccontextmanager
async def engine_processes(dsn: str, pool: Pool, count: int) -> AsyncIterator[None]:
    """So many processes at work, started at the same moment."""
    async with AsyncExitStack() as stack:
        processes = [await start_engine(dsn) for _ in range(count)]
        for process in processes:
            stack.push_async_callback(kill, process)
        for process in processes:
            await at_work(pool, process)
        yield
