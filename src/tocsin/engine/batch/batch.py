"""What many jobs request in one turn of the event loop, handed over together: a batch of jobs starts in one turn."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """What one job asks for, and where its answer goes. A job that has been cancelled meanwhile takes none."""

    content: T
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def resolve(self, value: object) -> None:
        if not self.answer.done():
            self.answer.set_result(value)

    def reject(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(slots=True)
class Batch(Generic[T]):
    """Gives ``answer_all`` the requests of each turn, in a task of its own; it resolves or rejects every one.

    ``collected_for``: for how long after the first of them, where requests do not come in one turn.
    """

    answer_all: Callable[[Sequence[Request[T]]], Coroutine[Any, Any, None]]
    collected_for: timedelta = timedelta(0)
    _waiting: list[Request[T]] = field(default_factory=list)
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, content: T) -> Any:
        """The answer to the request. Raises what it is rejected with."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(self.collected_for.total_seconds(), self._begin)
        request = Request(content)
        self._waiting.append(request)
        return await request.answer

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        answering = asyncio.create_task(self.answer_all(waiting), name="answer a batch")
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
