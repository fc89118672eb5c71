"""Waking the run loops: for what others have put into the queue by notification, for our own jobs directly."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pgqueuer.domain.models import TableChangedEvent
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import NotifyCallback

CHANNEL = Channel("ch_pgqueuer")

# What the loop of PgQueuer takes for a reason to look; only its kind matters.
_LOOK = TableChangedEvent(
    channel=CHANNEL, sent_at=datetime.now(UTC), type="table_changed_event", operation="insert", table="pgqueuer"
).model_dump_json()


class Wakeups:
    """Passes notifications on, those about new jobs at most once every ``apart``.

    PgQueuer's run loop looks into the queue once for each. In a storm they come by the thousand while one look finds
    a whole batch; passed on one by one, the looks would take the time that the jobs need.
    """

    apart = timedelta(milliseconds=10)

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._latest: str | None = None
        self._resting = False

    def take(self, payload: str) -> None:
        """A notification has come in."""
        if "table_changed_event" not in payload:
            self._callback(payload)
        elif self._resting:
            self._latest = payload
        else:
            self._pass_on(payload)

    def _pass_on(self, payload: str) -> None:
        self._callback(payload)
        self._latest = None
        self._resting = True
        asyncio.get_running_loop().call_later(self.apart.total_seconds(), self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._latest is not None:
            self._pass_on(self._latest)


@dataclass(frozen=True, slots=True)
class Bell:
    """Wakes the lanes of this process after its jobs, for what they may have put into the queue.

    A notification for each would go through the server to every engine, and serialise the commits of a storm. Other
    engines find such a job within the time that they look at least every, if this process is too busy or dies.
    """

    _lanes: dict[str, Wakeups] = field(default_factory=dict)

    def hang(self, lane: str, wakeups: Wakeups) -> None:
        """From now on the lane is woken through ``wakeups``."""
        self._lanes[lane] = wakeups

    def ring(self, lane: str) -> None:
        """Wake one lane, if it runs."""
        if wakeups := self._lanes.get(lane):
            wakeups.take(_LOOK)

    def ring_all(self) -> None:
        """Wake every lane that runs."""
        for lane in self._lanes:
            self.ring(lane)
