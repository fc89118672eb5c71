"""What jobs ask for in one turn is read in one statement; a key that cannot be read fails nobody else."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
import pytest

from tocsin.engine.batch.load import BatchLoader


class Reader:
    """Reads the double of each number, and raises ``error`` when asked for ``broken``."""

    def __init__(self, broken: int | None = None, error: Exception | None = None) -> None:
        self.broken, self.error = broken, error or ValueError("it cannot be read")
        self.reads: list[Sequence[int]] = []

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.reads.append(keys)
        if self.broken in keys:
            raise self.error
        return {key: 2 * key for key in keys if key >= 0}


async def load(reader: Reader, *keys: int) -> Sequence[object]:
    loads = BatchLoader(reader)
    return await asyncio.gather(*map(loads.load, keys), return_exceptions=True)


async def test_what_is_asked_for_in_one_turn_is_read_once() -> None:
    reader = Reader()
    assert await load(reader, 1, 2, 1, -1) == [2, 4, 2, None]
    assert reader.reads == [[1, 2, -1]]


async def test_what_is_asked_for_later_is_read_then() -> None:
    reader = Reader()
    loads = BatchLoader(reader)
    assert [await loads.load(1), await loads.load(1)] == [2, 2]
    assert reader.reads == [[1], [1]]


async def test_a_key_that_cannot_be_read_fails_only_who_asked_for_it() -> None:
    found = await load(Reader(broken=2), 1, 2, 3)
    assert (found[0], found[2]) == (2, 6)
    assert isinstance(found[1], ValueError)


async def test_a_database_that_is_away_is_not_asked_for_each_key() -> None:
    reader = Reader(broken=2, error=asyncpg.ConnectionDoesNotExistError("it is away"))
    assert all(isinstance(one, asyncpg.ConnectionDoesNotExistError) for one in await load(reader, 1, 2, 3))
    assert len(reader.reads) == 1


async def test_who_is_cancelled_takes_no_answer_and_disturbs_nobody() -> None:
    loads = BatchLoader(Reader())
    cancelled, other = asyncio.create_task(loads.load(1)), asyncio.create_task(loads.load(1))
    await asyncio.sleep(0)
    cancelled.cancel()
    assert await other == 2
    with pytest.raises(asyncio.CancelledError):
        await cancelled
