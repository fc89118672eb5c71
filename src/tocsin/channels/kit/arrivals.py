"""Things that arrived, in order, and a way to await them."""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Arrivals(Generic[T]):
    """A list that grows and can be awaited. Belongs to one event loop."""

    def __init__(self) -> None:
        self._items: list[T] = []
        self._changed = asyncio.Condition()

    @property
    def items(self) -> tuple[T, ...]:
        """All that has arrived, oldest first."""
        return tuple(self._items)

    async def add(self, item: T) -> None:
        """Append and wake whoever waits."""
        async with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    async def wait_for(self, count: int, timeout: float) -> tuple[T, ...]:
        """Return all items once there are at least ``count``. Raises TimeoutError after ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: len(self._items) >= count)
        except TimeoutError as error:
            raise TimeoutError(f"{len(self._items)} of {count} arrived within {timeout:g} s") from error
        return self.items
