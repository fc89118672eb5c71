"""Blocking calls, each on a thread of its own: none waits until another has ended, as it would in a pool."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Crowded(Exception):
    """The key has as many calls under way as it may have."""


class Threads:
    """Runs blocking calls from a loop.

    A thread cannot be stopped: when nobody waits for its call any more it goes on, and counts among the ``most`` of its
    key until it ends. So a host that never lets go keeps no more threads than that. The process waits for none to end.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._counting = threading.Lock()

    async def run(self, key: str, call: Callable[[], T]) -> T:
        """Return what the call returns, or raise what it raises. Raises Crowded."""
        self._begin(key)
        outcome: Future[T] = Future()
        outcome.set_running_or_notify_cancel()
        thread = threading.Thread(target=self._work, args=(key, call, outcome), name="channel", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left
            self._end(key)
            raise
        return await asyncio.wrap_future(outcome)

    def _work(self, key: str, call: Callable[[], T], outcome: "Future[T]") -> None:
        try:
            result = call()
        except BaseException as error:
            self._end(key)
            outcome.set_exception(error)
        else:
            self._end(key)
            outcome.set_result(result)

    def _begin(self, key: str) -> None:
        with self._counting:
            if self._under_way[key] >= self._most:
                raise Crowded
            self._under_way[key] += 1

    def _end(self, key: str) -> None:
        with self._counting:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
