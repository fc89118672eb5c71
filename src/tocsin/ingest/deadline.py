"""Waiting for work, up to a deadline."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_given_up: set[asyncio.Task[Any]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. Raises TimeoutError when that takes longer.

    Work that is given up is cancelled, but its end is not waited for: a connection whose server hangs is not given back
    to its pool before the server answers.
    """
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait((task,), timeout=seconds)
    if done:
        return task.result()
    _give_up(task)
    raise TimeoutError


def _give_up(task: asyncio.Task[Any]) -> None:
    _given_up.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _given_up.discard(task)
    if not task.cancelled():
        task.exception()  # or asyncio would log that nobody has asked for it
