"""PgQueuer's buffers sleep while they hold nothing, and hold nothing for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pgqueuer.core.buffers import TimedOverflowBuffer

from tocsin.engine.queue import buffers

SOON = timedelta(milliseconds=20)


@dataclass
class Told(TimedOverflowBuffer[int]):
    """Keeps what it is to tell; the first times it cannot."""

    failures: int = 0
    told: list[list[int]] = field(default_factory=list)
    flushes: asyncio.Event = field(default_factory=asyncio.Event)
    looks: int = 0

    async def flush(self) -> None:
        self.looks += 1
        await super().flush()

    async def flush_items(self, items: list[int]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("not now")
        self.told.append(items)
        self.flushes.set()


@asynccontextmanager
async def open_buffer(failures: int = 0) -> AsyncIterator[Told]:
    buffers.sleep_while_empty()
    async with asyncio.timeout(5), Told(max_size=10, timeout=SOON, failures=failures) as buffer:
        yield buffer


async def test_it_does_not_look_while_it_is_empty() -> None:
    async with open_buffer() as buffer:
        await asyncio.sleep(10 * SOON.total_seconds())
        assert buffer.looks == 0


async def test_what_comes_within_a_moment_is_told_together() -> None:
    async with open_buffer() as buffer:
        for item in range(3):
            await buffer.add(item)
        await buffer.flushes.wait()
        assert sorted(buffer.told[0]) == [0, 1, 2]


async def test_a_full_one_is_told_at_once() -> None:
    async with open_buffer() as buffer:
        buffer.timeout = timedelta(hours=1)
        for item in range(11):
            await buffer.add(item)
        await buffer.flushes.wait()


@pytest.mark.parametrize("failures", [1, 3])
async def test_what_could_not_be_told_is_told_later(failures: int) -> None:
    async with open_buffer(failures) as buffer:
        await buffer.add(1)
        await buffer.flushes.wait()
        assert buffer.told == [[1]]


async def test_nothing_is_lost_when_it_ends() -> None:
    async with open_buffer() as buffer:
        await asyncio.sleep(0)
        await buffer.add(1)
        await asyncio.sleep(0)
        await buffer.add(2)
    assert sorted(item for items in buffer.told for item in items) == [1, 2]
