"""Connections to PostgreSQL, configured alike everywhere."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias, TypeVar

import asyncpg
import structlog

from tocsin.errors import ConfigurationError

# What a connection error looks like from asyncpg: refused, reset, cut off, or a server that is starting or stopping.
# A connection that is used at the moment at which it is cut off raises InternalClientError.
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.AdminShutdownError,
    asyncpg.exceptions.CannotConnectNowError,
    asyncpg.exceptions.CrashShutdownError,
    asyncpg.exceptions.TooManyConnectionsError,
)

T = TypeVar("T")

_WRONG_ADDRESS = (ValueError, asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError)

_PATIENCE = 10.0
_TRIES_EVERY = 0.3

log = structlog.get_logger(__name__)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Queryable: TypeAlias = "Connection | Pool"
"""What a reading statement runs on: a transaction in hand, or any connection of the pool."""


async def use_json(connection: Connection) -> None:
    """Make the connection read and write json and jsonb as Python values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


@asynccontextmanager
async def open_pool(
    dsn: str,
    *,
    size: int,
    application_name: str,
    settings: Mapping[str, str] | None = None,
    setup: Callable[[Connection], Awaitable[None]] | None = None,
) -> AsyncIterator[Pool]:
    """A pool of up to ``size`` connections.

    ``settings`` are PostgreSQL settings of each session. A database that goes away as the pool is opened is waited for
    (`patiently`). Closing waits for connections in use; one that hangs is cut off after five seconds, since the
    transaction on it cannot have committed.
    """

    async def init(connection: Connection) -> None:
        await use_json(connection)
        if setup is not None:
            await setup(connection)

    async def create() -> Pool:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            max_inactive_connection_lifetime=0,
            init=init,
            reset=_leave_as_is,
            server_settings={"application_name": application_name, **(settings or {})},
        )

    try:
        pool = await patiently(create)
    except _WRONG_ADDRESS as error:
        raise ConfigurationError(f"cannot use TOCSIN_DATABASE_URL: {error}") from error
    try:
        yield pool
    finally:
        await _close(pool)


async def open_all(pool: Pool) -> None:
    """Open all connections of the pool now instead of when they are first needed."""

    async def open_them() -> None:
        async with AsyncExitStack() as stack:
            opening = [stack.enter_async_context(pool.acquire()) for _ in range(pool.get_max_size())]
            for opened in await asyncio.gather(*opening, return_exceptions=True):
                if isinstance(opened, BaseException):
                    raise opened

    await patiently(open_them)


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What ``work`` returns, tried again for ten seconds when the database goes away meanwhile.

    It is for what a process does as it starts, once it has met the database: a connection that breaks then is no reason
    to give up.
    """
    gives_up_at = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            return await work()
        except CONNECTION_ERRORS as error:
            if asyncio.get_running_loop().time() > gives_up_at:
                raise
            log.warning("start_waits_for_database", error=type(error).__name__)
        await asyncio.sleep(_TRIES_EVERY)


async def _leave_as_is(_connection: Connection) -> None:
    """Reset nothing when a connection goes back to the pool: asyncpg's reset would cost a round trip.

    Our settings are
    local to a transaction, we hold neither session locks nor cursors, and listeners have connections of their own.
    """


async def _close(pool: Pool) -> None:

    try:
        async with asyncio.timeout(5):
            await pool.close()
    except TimeoutError:
        pool.terminate()
