"""Work that is waited for only so long."""

import asyncio

import pytest

from tocsin.ingest.deadline import within


async def test_work_goes_on_when_its_caller_leaves() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    caller = asyncio.create_task(within(10, work()))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_end.set()
    await asyncio.wait_for(ended.wait(), 10)


async def test_work_that_takes_too_long_is_given_up() -> None:
    never = asyncio.Event()
    with pytest.raises(TimeoutError):
        await within(0.01, never.wait())
