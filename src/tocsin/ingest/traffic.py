"""How much monitoring sends at the moment: whatever else this process does gives way to it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_HEAVY = 4
_LASTS = 0.1


@dataclass(slots=True)
class Traffic:
    """Counts the requests of senders that are in hand."""

    _in_hand: int = 0
    _heavy_until: float = 0.0

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request is in hand for as long as the block runs."""
        self._in_hand += 1
        if self._in_hand >= _HEAVY:
            self._heavy_until = asyncio.get_running_loop().time() + _LASTS
        try:
            yield
        finally:
            self._in_hand -= 1

    def is_heavy(self) -> bool:
        """Whether several requests at once have come a moment ago."""
        return asyncio.get_running_loop().time() < self._heavy_until
