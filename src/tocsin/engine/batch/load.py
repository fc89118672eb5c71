"""Reading in one statement what many jobs ask for at the same moment."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tocsin.db.pool import CONNECTION_ERRORS
from tocsin.engine.batch.batch import Turn, Wish

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
    _turn: Turn[K] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = Turn(self._answer)

    async def load(self, key: K) -> V | None:
        """The key's value as of now, or None when there is none. Raises what ``load_many`` raises for this key."""
        value: V | None = await self._turn.ask(key)
        return value

    async def _answer(self, wishes: Sequence[Wish[K]]) -> None:
        by_key: dict[K, list[Wish[K]]] = {}
        for wish in wishes:
            by_key.setdefault(wish.what, []).append(wish)
        await self._read(by_key)

    async def _read(self, by_key: Mapping[K, Sequence[Wish[K]]]) -> None:
        try:
            found = await self.load_many(list(by_key))
        except Exception as error:
            if len(by_key) > 1 and not isinstance(error, CONNECTION_ERRORS):
                for key, wishes in by_key.items():
                    await self._read({key: wishes})
                return
            for wish in _all(by_key):
                wish.refuse(error)
        else:
            for wish in _all(by_key):
                wish.grant(found.get(wish.what))


def _all(by_key: Mapping[K, Sequence[Wish[K]]]) -> Sequence[Wish[K]]:
    return [wish for wishes in by_key.values() for wish in wishes]
