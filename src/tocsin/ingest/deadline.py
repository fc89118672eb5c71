"""Waiting for work, up to a deadline."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_left: set[asyncio.Task[Any]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. Raises TimeoutError when that takes longer.

    Work that is given up is cancelled, but its end is not waited for: a connection whose server hangs is not given back
    to its pool before the server answers. When the caller is cancelled, since its client has left, the work goes on.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait((task,), timeout=seconds)
    except asyncio.CancelledError:
        _leave(task)
        raise
    if done:
        return task.result()
    _leave(task)
    task.cancel()
    raise TimeoutError


def _leave(task: asyncio.Task[Any]) -> None:
    _left.add(task)
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()  # or asyncio would log that nobody has asked for it
