"""How many pages go to one destination host at the same time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit


@dataclass(slots=True)
class Busy:
    """Bounds the sends under way to one host, so that one that hangs cannot take all of them.

    A page that finds its host busy is not kept waiting here; its job comes back after ``wait``.
    """

    most: int = 32
    wait: timedelta = timedelta(seconds=1)
    _under_way: Counter[tuple[str, str]] = field(default_factory=Counter)

    @contextmanager
    def at(self, destination_type: str, address: str) -> Iterator[bool]:
        """Take a place at the address's host, for as long as the block runs; False when there is none."""
        host = (destination_type, urlsplit(address).netloc)
        if self._under_way[host] >= self.most:
            yield False
            return
        self._under_way[host] += 1
        try:
            yield True
        finally:
            self._under_way[host] -= 1
            if not self._under_way[host]:
                del self._under_way[host]
