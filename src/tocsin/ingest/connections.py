"""Ingest has database connections of its own, and notifies engines of new jobs once for many messages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from tocsin.db.pool import CONNECTION_ERRORS, Pool, open_pool
from tocsin.ingest.raising import AlertRaiser
from tocsin.ingest.traffic import Traffic

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_AT_MOST_EVERY = timedelta(milliseconds=5)

# Nothing is written, so there is nothing to wait for.
_NOTIFY = "select set_config('synchronous_commit', 'off', true), engine_notify()"


@dataclass(slots=True)
class IngestConnections:
    """Connections for what monitoring sends, so that it waits for no page.

    Transactions that notify commit one after the other, each with a write to the disk of its own. So where the sessions
    of ``pool`` are quiet, nothing is notified within a transaction, but after it: ``wakes`` are called at once, for the
    engine of this process, and other processes are told through PostgreSQL, once for all that came in a few
    milliseconds. Should that fail, their engines find the job when they next look.
    """

    pool: Pool
    is_quiet: bool = False
    wakes: Sequence[Callable[[], None]] = ()
    traffic: Traffic = field(default_factory=Traffic)
    raiser: AlertRaiser = field(init=False)
    _is_wanted: bool = False
    _notifying: asyncio.Task[None] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.raiser = AlertRaiser(self.pool)

    def committed(self) -> None:
        """Notify the engines that there may be new jobs."""
        if not self.is_quiet:
            return
        for wake in self.wakes:
            wake()
        self._is_wanted = True
        if self._notifying is None or self._notifying.done():
            self._notifying = asyncio.create_task(self._notify(), name="notify engines")

    async def _notify(self) -> None:
        while self._is_wanted:
            self._is_wanted = False
            try:
                await self.pool.execute(_NOTIFY)
            except CONNECTION_ERRORS as error:
                log.info("engines_not_notified", error=type(error).__name__)
            await asyncio.sleep(_AT_MOST_EVERY.total_seconds())

    async def finish(self) -> None:
        """Wait until what waits has been raised, and the engines have been notified."""
        await self.raiser.finish()
        if self._notifying is not None:
            await self._notifying


@asynccontextmanager
async def open_connections(
    dsn: str, size: int, wakes: Sequence[Callable[[], None]] = (), traffic: Traffic | None = None
) -> AsyncIterator[IngestConnections]:
    """Quiet connections for as long as the block runs. ``wakes`` may grow meanwhile."""
    settings = {"tocsin.local_notify": "on"}
    async with open_pool(dsn, size=size, application_name="tocsin ingest", settings=settings) as pool:
        connections = IngestConnections(pool, is_quiet=True, wakes=wakes, traffic=traffic or Traffic())
        try:
            yield connections
        finally:
            await connections.finish()
