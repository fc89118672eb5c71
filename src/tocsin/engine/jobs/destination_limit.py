"""How many pages go to one destination host at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

Host = tuple[str, str]


@dataclass(slots=True)
class _Line:
    """The sends under way to one host, and the pages that wait for one of them to end."""

    places: asyncio.Semaphore
    waiting: int = 0
    users: int = 0
    last_end: float = 0.0


@dataclass(slots=True)
class Busy:
    """Bounds the sends under way to one host, so that one that hangs cannot take all places of an engine.

    A page that finds its host busy waits a moment in line, for as many as may send: a host that answers keeps up with
    a storm that way. Otherwise its job comes back, the later the longer the host has answered nobody. The host's clock
    only paces this process here; what is due is decided by the database's.
    """

    most: int = 64
    patience: timedelta = timedelta(milliseconds=250)
    soonest: timedelta = timedelta(milliseconds=500)
    latest: timedelta = timedelta(seconds=15)
    _lines: dict[Host, _Line] = field(default_factory=dict)

    @asynccontextmanager
    async def at(self, destination_type: str, address: str) -> AsyncIterator[timedelta | None]:
        """Take a place at the address's host for as long as the block runs; yields None.

        When there is none, yields how long to stay away.
        """
        host = (destination_type, urlsplit(address).netloc)
        line = self._lines.setdefault(host, _Line(asyncio.Semaphore(self.most), last_end=_now()))
        line.users += 1
        try:
            if not await self._take(line):
                yield self._pause(line)
                return
            try:
                yield None
            finally:
                line.places.release()
                line.last_end = _now()
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[host]

    async def _take(self, line: _Line) -> bool:
        if line.places.locked() and line.waiting >= self.most:
            return False
        line.waiting += 1
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                return await line.places.acquire()
        except TimeoutError:
            return False
        finally:
            line.waiting -= 1

    def _pause(self, line: _Line) -> timedelta:
        silent = timedelta(seconds=_now() - line.last_end)
        return min(max(silent, self.soonest), self.latest)


def _now() -> float:
    return asyncio.get_running_loop().time()
