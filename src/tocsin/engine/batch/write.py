"""Writing in one round trip what many jobs write at the same moment."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

from tocsin.db.pool import CONNECTION_ERRORS, Pool, Queryable
from tocsin.engine.batch.batch import Batch, Request

Work: TypeAlias = Mapping[str, object]

# A call keeps one connection busy for some ten milliseconds; a larger storm spreads over more of them.
_MOST_IN_A_CALL = 50

# Each keeps a processor of PostgreSQL's busy. More of them would only push aside those who send the pages of what has
# been written, and this process, which cannot keep more busy.
_CALLS_AT_ONCE = 2

_EACH = "call engine_each($1, $2::jsonb, null, null)"


@dataclass(slots=True)
class BatchWriter:
    """Does pieces of work through the SQL function ``action``, those of one turn of the event loop in one call.

    What can be done together is one transaction, unless one of them fails or meets a locked row: then, and for all
    other work, each is a transaction that commits before the next begins, so none can undo another. One that fails, or
    meets a locked row, is tried again by itself, and only its own job sees the error. ``collected_for``: as of `Batch`.
    """

    pool: Pool
    action: str
    collected_for: timedelta = timedelta(0)
    broken: int = field(default=0, init=False)
    """How many calls failed as a whole, so that nobody knows what they had done by then."""
    _batch: Batch[Work] = field(init=False)
    _calls: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CALLS_AT_ONCE))

    def __post_init__(self) -> None:
        self._batch = Batch(self._write_all, self.collected_for)

    async def write(self, work: Work) -> Any:
        """What the function returns for the work: None when its object has moved. Raises what the database raises."""
        return await self._batch.ask(work)

    async def write_on(self, database: Queryable, work: Work) -> Any:
        """The same by itself, on a connection whose transaction does more."""
        return await database.fetchval(f"select {self.action}($1::jsonb)", work)

    async def _write_all(self, requests: Sequence[Request[Work]]) -> None:
        starts = range(0, len(requests), _MOST_IN_A_CALL)
        await asyncio.gather(*(self._write(requests[start : start + _MOST_IN_A_CALL]) for start in starts))

    async def _write(self, requests: Sequence[Request[Work]]) -> None:
        for request in requests if len(requests) == 1 else await self._write_each(requests):
            try:
                request.resolve(await self.write_on(self.pool, request.content))
            except Exception as error:
                request.reject(error)

    async def _write_each(self, requests: Sequence[Request[Work]]) -> Sequence[Request[Work]]:
        """Do all of it in one call; what failed is returned."""
        try:
            async with self._calls:
                (came,) = await self.pool.fetch(_EACH, self.action, [request.content for request in requests])
        except CONNECTION_ERRORS as error:
            for request in requests:
                request.reject(error)
            return ()
        except Exception:  # the call as a whole; how far it came shows when each is tried by itself
            self.broken += 1
            return requests
        failed = frozenset(came["failed"])
        for number, (request, done) in enumerate(zip(requests, came["done"], strict=True)):
            if number not in failed:
                request.resolve(done)
        return [requests[number] for number in came["failed"]]
