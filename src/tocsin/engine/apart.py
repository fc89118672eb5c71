"""Writing in one round trip what many jobs write at the same moment, each in a transaction of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.store.listing import Database

Work: TypeAlias = Mapping[str, object]

# A call keeps one connection busy for some ten milliseconds; a larger storm spreads over more of them.
_MOST_IN_A_CALL = 50

_EACH = "call engine_each($1, $2::jsonb, null, null)"


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Work
    done: asyncio.Future[Any]


@dataclass(slots=True)
class Apart:
    """Does pieces of work through the SQL function ``action``, those of one turn of the event loop in one call.

    Each is a transaction that commits before the next begins, so none can undo another. One that fails, or meets a
    locked row, is tried again by itself, and only its own job sees the error.
    """

    pool: Pool
    action: str
    _waiting: list[_Waiting] = field(default_factory=list)
    _writing: set[asyncio.Task[None]] = field(default_factory=set)

    async def write(self, work: Work) -> Any:
        """What the function returns for the work: None when its object has moved. Raises what the database raises."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._begin)
        waiting = _Waiting(work, loop.create_future())
        self._waiting.append(waiting)
        return await waiting.done

    async def write_on(self, database: Database, work: Work) -> Any:
        """The same by itself, on a connection whose transaction does more."""
        return await database.fetchval(f"select {self.action}($1::jsonb)", work)

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), _MOST_IN_A_CALL):
            writing = asyncio.create_task(self._write(waiting[start : start + _MOST_IN_A_CALL]), name="write apart")
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)

    async def _write(self, waiting: Sequence[_Waiting]) -> None:
        alone = waiting if len(waiting) == 1 else await self._write_each(waiting)
        for each in alone:
            await self._write_alone(each)

    async def _write_each(self, waiting: Sequence[_Waiting]) -> Sequence[_Waiting]:
        """Do all of it in one call; what failed is returned."""
        try:
            (came,) = await self.pool.fetch(_EACH, self.action, [each.work for each in waiting])
        except CONNECTION_ERRORS as error:
            for each in waiting:
                _fail(each, error)
            return ()
        except Exception:  # the call as a whole; how far it came shows when each is tried by itself
            return waiting
        failed = frozenset(came["failed"])
        for number, (each, done) in enumerate(zip(waiting, came["done"], strict=True)):
            if number not in failed and not each.done.done():
                each.done.set_result(done)
        return [waiting[number] for number in came["failed"]]

    async def _write_alone(self, waiting: _Waiting) -> None:
        try:
            done = await self.write_on(self.pool, waiting.work)
        except Exception as error:
            _fail(waiting, error)
        else:
            if not waiting.done.done():
                waiting.done.set_result(done)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
