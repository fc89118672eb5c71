"""Alerts of requests that come at the same time are raised in one transaction, which costs less than one for each.

A request raises its alert at once, unless a transaction is under way. Then it waits until that ends, and goes with
others that wait: one of each integration key in turn, so that a key that sends much holds up no other. Such a
transaction waits for nobody's row for longer than 10 ms. What cannot be raised together is raised one by one, each by
its own request in a transaction of its own, so a message that cannot be stored, or a row that somebody holds, concerns
its own request only.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import RaisedAlert
from tocsin.store.alerts.raise_together import SentAlert, raise_together

_MOST_TOGETHER = 32

# One that takes longer waits for somebody, or for a server that hangs, and others no longer wait for it.
_WAITED_FOR = 0.05

# No request waits longer for its alert.
_GIVEN_UP_AFTER = 8.0


class _Alone(Exception):
    """The alert is to be raised by its own request."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request's alert, and where its answer goes; a request that has been given up takes none."""

    sent: SentAlert
    answer: asyncio.Future[RaisedAlert | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, outcome: RaisedAlert | BaseException | None) -> None:
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


@dataclass(slots=True)
class AlertRaiser:
    """Raises the alerts of one process's requests over ``pool``."""

    pool: Pool
    _waiting: OrderedDict[bytes, deque[_Waiting]] = field(default_factory=OrderedDict)
    _under_way: dict[object, asyncio.TimerHandle] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def raise_alert(self, sent: SentAlert) -> RaisedAlert | None:
        """As `new_alert.raise_by_key`, committed when it returns. When it is cancelled before, others are not."""
        if not self._waiting and not self._is_busy:
            return await self._raise_at_once(sent)
        waiting = _Waiting(sent)
        self._waiting.setdefault(sent.credential.digest, deque()).append(waiting)
        self._begin()
        try:
            return await waiting.answer
        except _Alone:
            return await self._raise_alone(sent)

    async def finish(self) -> None:
        """Wait until what waits now to be raised together has been."""
        if answers := [one.answer for of_key in self._waiting.values() for one in of_key]:
            await asyncio.wait(answers)
        if self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def _is_busy(self) -> bool:
        return bool(self._under_way)

    def _begin(self) -> None:
        while not self._is_busy and (together := self._next()):
            task = asyncio.create_task(self._raise_together(together, self._count()), name="raise alerts")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _count(self) -> object:
        """A transaction that is under way from now on, until it ends or takes too long."""
        transaction = object()
        loop = asyncio.get_running_loop()
        self._under_way[transaction] = loop.call_later(_WAITED_FOR, self._end, transaction)
        return transaction

    def _end(self, transaction: object) -> None:
        if timer := self._under_way.pop(transaction, None):
            timer.cancel()
            self._begin()

    def _next(self) -> Sequence[_Waiting]:
        """Those that go together next: one of each key in turn, each key's in their order."""
        together: list[_Waiting] = []
        while self._waiting and len(together) < _MOST_TOGETHER:
            key, of_key = self._waiting.popitem(last=False)
            one = of_key.popleft()
            if of_key:
                self._waiting[key] = of_key
            if not one.answer.done():
                together.append(one)
        return together

    async def _raise_at_once(self, sent: SentAlert) -> RaisedAlert | None:
        transaction = self._count()
        try:
            return await self._raise_alone(sent)
        finally:
            self._end(transaction)

    async def _raise_alone(self, sent: SentAlert) -> RaisedAlert | None:
        return await new_alert.raise_by_key(self.pool, sent.credential, sent.alert, sent.payload)

    async def _raise_together(self, together: Sequence[_Waiting], transaction: object) -> None:
        """Raise them, and give each its answer."""
        try:
            async with asyncio.timeout(_GIVEN_UP_AFTER):
                outcomes = await raise_together(self.pool, [one.sent for one in together])
        except Exception as error:
            for one in together:
                one.settle(error if _may_have_committed(error) else _Alone())
        else:
            for place, one in enumerate(together):
                one.settle(outcomes[place] if place in outcomes else _Alone())
        finally:
            self._end(transaction)


def _may_have_committed(error: Exception) -> bool:
    """Whether the connection failed. asyncpg says so of a value that cannot be sent, too, which is a ValueError."""
    return isinstance(error, CONNECTION_ERRORS) and not isinstance(error, ValueError)
