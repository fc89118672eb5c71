"""Notifying the workers of new jobs: of other processes' through PostgreSQL, of this process's directly."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pgqueuer.domain.models import TableChangedEvent
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import NotifyCallback

CHANNEL = Channel("ch_pgqueuer")

# For PgQueuer's run loop a reason to look into the queue; only the kind of event matters.
_NEW_JOB = TableChangedEvent(
    channel=CHANNEL, sent_at=datetime.now(UTC), type="table_changed_event", operation="insert", table="pgqueuer"
).model_dump_json()


class NotificationThrottle:
    """Passes notifications on to one run loop, those about new jobs at most once every ``interval``.

    PgQueuer's run loop looks into the queue once for each. In a storm they come by the thousand while one look finds
    a whole batch; passed on one by one, the looks would take the time that the jobs need.
    """

    interval = timedelta(milliseconds=10)

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._held_back: str | None = None
        self._waiting = False

    def receive(self, payload: str) -> None:
        """Pass the notification on now or at the end of the interval, for all that came in it."""
        if "table_changed_event" not in payload:
            self._callback(payload)
        elif self._waiting:
            self._held_back = payload
        else:
            self._pass_on(payload)

    def _pass_on(self, payload: str) -> None:
        self._callback(payload)
        self._held_back = None
        self._waiting = True
        asyncio.get_running_loop().call_later(self.interval.total_seconds(), self._interval_over)

    def _interval_over(self) -> None:
        self._waiting = False
        if self._held_back is not None:
            self._pass_on(self._held_back)


@dataclass(frozen=True, slots=True)
class LocalNotify:
    """Notifies the workers of this process of jobs that its own jobs may have enqueued.

    A notification through PostgreSQL for each would reach every engine, and serialise the commits of a storm: so
    ``engine_enqueue`` sends none from an engine's sessions (the setting ``tocsin.local_notify``). Other engines find
    such a job within the time that they look at least every, if this process is too busy or dies.
    """

    _workers: dict[str, NotificationThrottle] = field(default_factory=dict)

    def register(self, worker: str, throttle: NotificationThrottle) -> None:
        """From now on the worker is notified through ``throttle``."""
        self._workers[worker] = throttle

    def notify(self, worker: str) -> None:
        """Let the worker look into the queue, if it runs in this process."""
        if throttle := self._workers.get(worker):
            throttle.receive(_NEW_JOB)

    def notify_all(self) -> None:
        for worker in self._workers:
            self.notify(worker)
