"""Reading in one statement what many jobs ask for at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
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
    _waiting: dict[K, list[asyncio.Future[V | None]]] = field(default_factory=dict)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)

    async def load(self, key: K) -> V | None:
        """The key's value as of now, or None when there is none. Raises what ``load_many`` raises for this key."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._begin)
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(future)
        return await future

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, {}
        reading = asyncio.create_task(self._read(waiting), name="load together")
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _read(self, waiting: Mapping[K, Sequence[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self.load_many(list(waiting))
        except Exception as error:
            if len(waiting) == 1 or isinstance(error, CONNECTION_ERRORS):
                for future in _awaited(waiting.values()):
                    future.set_exception(error)
                return
            for key, futures in waiting.items():
                await self._read({key: futures})
        else:
            for key, futures in waiting.items():
                for future in _awaited([futures]):
                    future.set_result(found.get(key))


def _awaited(groups: Iterable[Sequence[asyncio.Future[V | None]]]) -> Iterator[asyncio.Future[V | None]]:
    """All but those whose job has been cancelled meanwhile."""
    return (future for futures in groups for future in futures if not future.done())
