"""A worker takes a whole batch if it fits within a moment, fewer jobs if not, and none when it is closing."""

import asyncio

import pytest

from tocsin.engine.queue.capacity import Capacity, Courtesy


@pytest.mark.parametrize(("in_hand", "batch"), [(0, 100), (300, 100), (350, 50), (399, 1)])
async def test_it_takes_what_fits(in_hand: int, batch: int) -> None:
    assert await Capacity(400, lambda: in_hand, asyncio.Event()).next_batch(100) == batch


async def test_it_waits_until_a_job_fits() -> None:
    in_hand = [10]
    taking = asyncio.create_task(Capacity(10, lambda: in_hand[0], asyncio.Event()).next_batch(5))
    done, _ = await asyncio.wait({taking}, timeout=0.05)
    assert not done
    in_hand[0] = 9
    assert await taking == 1


async def test_it_takes_nothing_when_it_is_closing() -> None:
    closing = asyncio.Event()
    taking = asyncio.create_task(Capacity(1, lambda: 1, closing).next_batch(5))
    closing.set()
    assert await taking == 0


async def test_it_takes_less_and_less_often_while_something_comes_first() -> None:
    looks: list[float] = []

    def is_due() -> bool:
        looks.append(asyncio.get_running_loop().time())
        return len(looks) < 3

    capacity = Capacity(400, lambda: 0, asyncio.Event(), Courtesy(is_due))
    assert [await capacity.next_batch(100) for _ in range(3)] == [30, 30, 100]
    began, second, third = looks
    assert min(second - began, third - second) >= 0.03


async def test_jobs_that_wait_hold_up_no_other_while_something_comes_first() -> None:
    assert await Capacity(400, lambda: 390, asyncio.Event(), Courtesy(lambda: True)).next_batch(100) == 10
