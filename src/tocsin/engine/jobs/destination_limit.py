"""How many pages go to one destination host at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

Host = tuple[str, str]


@dataclass(slots=True)
class HostLimit:
    """The sends under way to one host, and the pages that wait for one of them to end."""

    places: asyncio.Semaphore
    waiting: int = 0
    users: int = 0
    last_end: float = 0.0

    def silent(self) -> timedelta:
        """For how long no send to it has ended."""
        return timedelta(seconds=_now() - self.last_end)


@dataclass(slots=True)
class DestinationLimit:
    """Bounds the sends under way to one host, so that one that hangs cannot take all places of an engine.

    A page that finds its host busy waits in line for as long as the host goes on answering others: it keeps up with a
    storm that way. Otherwise its job comes back, the later the longer the host has answered nobody. The process's clock
    only paces this process here; what is due is decided by the database's.
    """

    most: int = 64
    most_waiting: int = 128
    patience: timedelta = timedelta(milliseconds=250)
    soonest: timedelta = timedelta(milliseconds=500)
    latest: timedelta = timedelta(seconds=15)
    longest_wait: timedelta = timedelta(seconds=5)
    _hosts: dict[Host, HostLimit] = field(default_factory=dict)

    @asynccontextmanager
    async def place_at(self, destination_type: str, address: str) -> AsyncIterator[timedelta | None]:
        """Take a place at the address's host for as long as the block runs; yields None.

        When there is none, yields how long to stay away.
        """
        host = host_of(destination_type, address)
        limit = self._hosts.setdefault(host, HostLimit(asyncio.Semaphore(self.most), last_end=_now()))
        limit.users += 1
        try:
            if not await self._take(limit):
                yield self._pause(limit)
                return
            try:
                yield None
            finally:
                limit.places.release()
                limit.last_end = _now()
        finally:
            limit.users -= 1
            if not limit.users:
                del self._hosts[host]

    async def _take(self, limit: HostLimit) -> bool:
        if not limit.places.locked():
            return await limit.places.acquire()
        if limit.waiting >= self.most_waiting:
            return False
        limit.waiting += 1
        over = _now() + self.longest_wait.total_seconds()
        try:
            while not await self._take_within_patience(limit):
                if limit.silent() >= self.patience or _now() > over:
                    return False
            return True
        finally:
            limit.waiting -= 1

    async def _take_within_patience(self, limit: HostLimit) -> bool:
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                return await limit.places.acquire()
        except TimeoutError:
            return False

    def _pause(self, limit: HostLimit) -> timedelta:
        return min(max(limit.silent(), self.soonest), self.latest)


@lru_cache(maxsize=1024)
def host_of(destination_type: str, address: str) -> Host:
    """What a destination shares with those that are limited with it."""
    return destination_type, urlsplit(address).netloc


def _now() -> float:
    return asyncio.get_running_loop().time()
