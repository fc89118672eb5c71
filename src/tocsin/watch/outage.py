"""A database that does not answer: what one process decides about it alone, by its own clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What to notify the operators of."""

    NOTHING = "nothing"
    AWAY = "away"
    BACK = "back"


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass(slots=True)
class Outage:
    """Since when the database does not answer, and when that was last notified, in seconds of ``clock``."""

    notify_after: timedelta
    repeat: timedelta
    clock: Callable[[], float] = _loop_time
    _since: float | None = None
    _notified_at: float | None = None

    def failed(self) -> Verdict:
        """Note that the database has not answered."""
        now = self.clock()
        if self._since is None:
            self._since = now
        if now - self._since < self.notify_after.total_seconds():
            return Verdict.NOTHING
        if self._notified_at is not None and now - self._notified_at < self.repeat.total_seconds():
            return Verdict.NOTHING
        self._notified_at = now
        return Verdict.AWAY

    def answered(self) -> Verdict:
        """Note that it has answered."""
        was_notified, self._since, self._notified_at = self._notified_at is not None, None, None
        return Verdict.BACK if was_notified else Verdict.NOTHING
