"""Requests about one alert are acted upon one after the other, in the order in which they came."""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial


@dataclass(slots=True)
class Turns:
    """Whose turn it is. What a request is about is known by any value, and a request may be about many things."""

    _last: dict[Hashable, asyncio.Event] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, subjects: Collection[Hashable]) -> AsyncIterator[None]:
        """Wait for the ends of all that came before about any of the subjects; whoever comes later waits for the block.

        Whoever is cancelled as it waits lets nobody overtake those before it.
        """
        earlier = {self._last[subject] for subject in subjects if subject in self._last}
        end = asyncio.Event()
        self._last.update(dict.fromkeys(subjects, end))
        if earlier:
            coming = asyncio.create_task(_all(earlier), name="turn")
            try:
                await asyncio.shield(coming)
            except asyncio.CancelledError:
                coming.add_done_callback(partial(self._end, subjects, end))
                raise
        try:
            yield
        finally:
            self._end(subjects, end)

    def _end(self, subjects: Collection[Hashable], end: asyncio.Event, _coming: object = None) -> None:
        end.set()
        for subject in subjects:
            if self._last.get(subject) is end:
                del self._last[subject]


async def _all(ends: Collection[asyncio.Event]) -> None:
    for end in ends:
        await end.wait()
