"""What a measurement stands on: a PostgreSQL as it comes, a database of its own, and real Tocsin processes."""

import asyncio
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from tocsin.cli.runtime import bring_up_to_date
from tocsin.db.embedded import embedded_server
from tocsin.db.pool import Pool, open_pool
from tocsin.store.actor import Actor, acting
from tocsin.store.services import integration_keys
from tocsin.testing import clock

BENCH = Actor(type="cli", id=None, name="bench", role="admin", scope="admin")
_READY_WITHIN = 30


@dataclass(frozen=True, slots=True)
class Process:
    """A Tocsin process of its own, and where it answers if it does."""

    pid: int
    url: str


@asynccontextmanager
async def server(**settings: str) -> AsyncIterator[str]:
    """The DSN of a throwaway PostgreSQL with the settings that users get, and with these."""
    directory = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    directory.chmod(0o755)
    try:
        async with embedded_server(directory / "data", settings=settings) as dsn:
            yield dsn
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def at_database(server_dsn: str, name: str) -> str:
    """The DSN of another database of the server."""
    parts = urlsplit(server_dsn)
    return f"{parts.scheme}://{parts.netloc}" + urlunsplit(("", "", f"/{name}", parts.query, ""))


@asynccontextmanager
async def empty_database(server_dsn: str) -> AsyncIterator[str]:
    """The DSN of a fresh database without any schema, gone afterwards."""
    name = f"bench_{secrets.token_hex(4)}"
    control = await asyncpg.connect(server_dsn)
    try:
        await control.execute(f'create database "{name}"')
        yield at_database(server_dsn, name)
    finally:
        await control.execute(f'drop database if exists "{name}" with (force)')
        await control.close()


@asynccontextmanager
async def database(server_dsn: str, *, movable_clock: bool = False) -> AsyncIterator[tuple[str, Pool]]:
    """A fresh database with the schema of today, gone afterwards."""
    async with empty_database(server_dsn) as dsn:
        if movable_clock:
            await _with_movable_clock(dsn)
        await bring_up_to_date(dsn)
        async with connected(dsn) as pool:
            yield dsn, pool


def connected(dsn: str) -> AbstractAsyncContextManager[Pool]:
    """Connections of the benchmark's own."""
    return open_pool(dsn, size=4, application_name="bench")


async def _with_movable_clock(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await clock.install(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def tocsin(dsn: str, *command: str) -> AsyncIterator[Process]:
    """A real ``tocsin`` process on the database; ``serve`` is waited for until it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | {"TOCSIN_DATABASE_URL": dsn, "TOCSIN_LISTEN": listen, "TOCSIN_LOG_LEVEL": "warning"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tocsin", *command, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    url = f"http://{listen}"
    try:
        await (_ready(url) if command[0] == "serve" else _engine_ready(dsn, process.pid))
        yield Process(process.pid, url)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(url: str) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(_READY_WITHIN):
        while True:
            try:
                if (await http.get(f"{url}/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


async def _engine_ready(dsn: str, pid: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(_READY_WITHIN):
            while not await connection.fetchval("select exists (select from engine_instances where pid = $1)", pid):
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def integration_token(pool: Pool, service_id: object, key_type: str = "generic") -> str:
    """A key that alerts can be sent with."""
    async with acting(pool, BENCH) as connection:
        await integration_keys.allow_types(connection, [key_type])
        return (await integration_keys.create(connection, service_id, "bench", key_type))[1]
