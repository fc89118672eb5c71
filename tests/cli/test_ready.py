"""When processes on a new database are ready, as real processes."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import httpx
import pytest
from tests.cli.process import free_port
from tests.faults.processes import kill, start_engine
from tests.fixtures.database import CLIENT, cloned
from tests.fixtures.engine import eventually

WITHIN = 90  # of processes that start on a busy machine
FIRST_START = "hashtext('tocsin first start')"

pytestmark = pytest.mark.timeout(240)


@asynccontextmanager
async def web(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a ``tocsin serve --no-engine`` that has just been started."""
    listen = f"127.0.0.1:{free_port()}"
    environment = {**os.environ, "TOCSIN_DATABASE_URL": dsn, "TOCSIN_LISTEN": listen}
    command = [sys.executable, "-m", "tocsin", "serve", "--no-engine"]
    process = await create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://{listen}", **CLIENT) as client:
            yield client
    finally:
        await kill(process)


async def answers(client: httpx.AsyncClient, status: int) -> None:
    """Wait until ``/health/ready`` answers so."""

    async def does() -> bool:
        with suppress(httpx.TransportError):
            return (await client.get("/health/ready")).status_code == status
        return False

    await eventually(does, within=WITHIN)


async def test_it_is_not_ready_before_the_first_administrator_is_made(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(f"select pg_advisory_lock({FIRST_START})")
        async with web(database) as client:
            await answers(client, 503)
            assert (await client.get("/health/ready")).json()["reason"] == "the start is not over"
            await connection.execute(f"select pg_advisory_unlock({FIRST_START})")
            await answers(client, 200)
            assert await connection.fetchval("select count(*) from users where role = 'admin'") == 1
    finally:
        await connection.close()


async def test_web_and_engines_that_start_together_on_a_new_database_all_come_up(postgres_dsn: str) -> None:
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(cloned(postgres_dsn, "template0"))
        for engine in await asyncio.gather(start_engine(dsn), start_engine(dsn)):
            stack.push_async_callback(kill, engine)
        client = await stack.enter_async_context(web(dsn))
        await answers(client, 200)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)

        async def are_at_work() -> bool:
            return await connection.fetchval("select count(*) from engine_instances") == 2

        await eventually(are_at_work, within=WITHIN)


async def test_an_engine_imports_no_pages() -> None:
    """Importing them took two thirds of its start; three processes on two cores waited for nothing else."""
    look = "import sys, tocsin.cli.serve, tocsin.cli.serving; sys.exit('tocsin.app' in sys.modules)"
    process = await create_subprocess_exec(sys.executable, "-c", look)
    assert await process.wait() == 0
