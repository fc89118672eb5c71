"""Several requests of senders at once are heavy traffic, to which the engine of the process gives way."""

import asyncio
from contextlib import ExitStack

from tests.fixtures.engine import eventually

from tocsin.ingest.traffic import Traffic


async def test_it_is_heavy_from_several_at_once_until_a_moment_after_the_last() -> None:
    traffic = Traffic()
    for _ in range(10):
        with traffic.request():
            assert not traffic.is_heavy()
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(traffic.request())
        assert traffic.is_heavy()
    assert traffic.is_heavy()

    async def is_over() -> bool:
        await asyncio.sleep(0)
        return not traffic.is_heavy()

    await eventually(is_over)
