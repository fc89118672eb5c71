"""The queue's own connections: a pool for its statements, and one connection a worker for notifications."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from tocsin.db.pool import Connection, Pool, open_pool


@dataclass(slots=True)
class QueueConnections:
    """The connections for the queue's statements, and when the last of them was opened (the loop's clock)."""

    pool: Pool = field(init=False)
    last_opened: float = 0.0

    async def set_up(self, connection: Connection) -> None:
        """Note a new connection, and let it take json as text, as PgQueuer gives it, instead of encoding it again."""
        self.last_opened = asyncio.get_running_loop().time()
        for name in ("json", "jsonb"):
            await connection.reset_type_codec(name, schema="pg_catalog")


@asynccontextmanager
async def open_queue_connections(
    dsn: str, *, size: int, settings: Mapping[str, str]
) -> AsyncIterator[QueueConnections]:
    """Up to ``size`` connections for the queue's own statements."""
    made = QueueConnections()
    async with open_pool(
        dsn, size=size, application_name="tocsin queue", settings=settings, setup=made.set_up
    ) as made.pool:
        yield made


@asynccontextmanager
async def open_listener(dsn: str, on_lost: Callable[[], None]) -> AsyncIterator[asyncpg.Connection]:
    """A connection for notifications; ``on_lost`` is called as soon as it is cut off."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "tocsin listener"})
    connection.add_termination_listener(lambda _: on_lost())
    try:
        yield connection
    finally:
        connection.terminate()
