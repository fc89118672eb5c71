"""Reading in one statement what many jobs ask for at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tocsin.db.pool import CONNECTION_ERRORS

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Together(Generic[K, V]):
    """Answers ``load(key)`` through ``load_many``, called once for all keys asked for in one turn of the event loop.

    A batch of jobs starts in one turn, so a batch costs one round trip. What is read together is only read: each job
    still writes in a transaction of its own, guarded by the version that it read. When the reading fails, each key is
    read alone, so that one that cannot be read fails nobody else.
    """

    load_many: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]
    _waiting: dict[K, asyncio.Future[V | None]] = field(default_factory=dict)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)

    async def load(self, key: K) -> V | None:
        """The key's value as of now, or None when there is none. Raises what ``load_many`` raises for this key."""
        if key not in self._waiting:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                loop.call_soon(self._begin)
            self._waiting[key] = loop.create_future()
        return await asyncio.shield(self._waiting[key])

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, {}
        reading = asyncio.create_task(self._read(waiting), name="load together")
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _read(self, waiting: Mapping[K, asyncio.Future[V | None]]) -> None:
        try:
            found = await self.load_many(list(waiting))
        except Exception as error:
            if len(waiting) == 1 or isinstance(error, CONNECTION_ERRORS):
                _fail(waiting.values(), error)
                return
            for key, future in waiting.items():
                await self._read({key: future})
        else:
            for key, future in waiting.items():
                future.set_result(found.get(key))


def _fail(futures: Iterable[asyncio.Future[V | None]], error: Exception) -> None:
    """The error is raised where each of them is awaited."""
    for future in futures:
        future.set_exception(error)
