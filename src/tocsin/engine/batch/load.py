"""Reading in one statement what many jobs ask for at the same moment."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tocsin.db.pool import CONNECTION_ERRORS
from tocsin.engine.batch.batch import Batch, Request

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class BatchLoader(Generic[K, V]):
    """Answers ``load(key)`` through ``load_many``, called once for all keys asked for in one turn of the event loop.

    A batch of jobs starts in one turn, so a batch costs one round trip. What is read together is only read: each job
    still writes by itself, guarded by the version that it read. When the reading fails, each key is read alone, so that
    one that cannot be read fails nobody else.
    """

    load_many: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]
    _batch: Batch[K] = field(init=False)

    def __post_init__(self) -> None:
        self._batch = Batch(self._answer)

    async def load(self, key: K) -> V | None:
        """The key's value as of now, or None when there is none. Raises what ``load_many`` raises for this key."""
        value: V | None = await self._batch.ask(key)
        return value

    async def _answer(self, requests: Sequence[Request[K]]) -> None:
        by_key: dict[K, list[Request[K]]] = {}
        for request in requests:
            by_key.setdefault(request.content, []).append(request)
        await self._read(by_key)

    async def _read(self, by_key: Mapping[K, Sequence[Request[K]]]) -> None:
        try:
            found = await self.load_many(list(by_key))
        except Exception as error:
            if len(by_key) > 1 and not isinstance(error, CONNECTION_ERRORS):
                for key, requests in by_key.items():
                    await self._read({key: requests})
                return
            for request in _all(by_key):
                request.reject(error)
        else:
            for request in _all(by_key):
                request.resolve(found.get(request.content))


def _all(by_key: Mapping[K, Sequence[Request[K]]]) -> Sequence[Request[K]]:
    return [request for requests in by_key.values() for request in requests]
