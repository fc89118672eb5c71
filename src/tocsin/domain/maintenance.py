"""Maintenance of a service: which alerts it lets pass, and when its planned windows run (M1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from tocsin.domain.wall_clock import first_instant, wall_time

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A planned maintenance from ``start_at`` up to ``end_at``; weekly ones at the same wall-clock time of the zone."""

    start_at: datetime
    end_at: datetime
    weekly: bool
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Windows:
    """Until when a window runs now (None: none does), and when that can change next."""

    ends_at: datetime | None
    next_change: datetime | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What holds an alert: a maintenance by hand and planned windows; nothing for one that is let pass."""

    expires_at: datetime | None = None
    windows: Sequence[Window] = ()

    def until(self, at: datetime) -> datetime | None:
        """When what holds at ``at`` ends; None when nothing does (M1)."""
        ends = (self.expires_at, windows_at(self.windows, at).ends_at)
        return max((end for end in ends if end is not None and end > at), default=None)


def windows_at(windows: Sequence[Window], now: datetime) -> Windows:
    """What the windows say at ``now``. Windows that overlap or touch run as one from the moment they are reached."""
    spans = [span for window in windows for span in _around(window, now)]
    ends = [end for start, end in spans if start <= now < end]
    edges = [edge for span in spans for edge in span if edge > now]
    return Windows(max(ends, default=None), min(edges, default=None))


def lets_pass(exceptions: Sequence[str], summary: str, dedup_key: str) -> bool:
    """Whether an alert is let through a maintenance: a pattern (``*`` and ``?``) matches its summary or its key whole.

    Letters match in either case, and any other character, ``[`` too, is itself.
    """
    texts = (summary.lower(), dedup_key.lower())
    return any(fnmatchcase(text, _escaped(pattern.lower())) for pattern in exceptions for text in texts)


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _around(window: Window, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window's occurrences that may hold ``now``, and the next one."""
    if not window.weekly:
        yield window.start_at, window.end_at
        return
    start, end = (wall_time(at, window.time_zone) for at in (window.start_at, window.end_at))
    number = max((wall_time(now, window.time_zone) - start) // _WEEK, 0)
    weeks = -(-(end - start) // _WEEK)
    for n in range(max(number - weeks, 0), number + 2):
        yield first_instant(start + n * _WEEK, window.time_zone), first_instant(end + n * _WEEK, window.time_zone)
