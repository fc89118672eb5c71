"""Maintenance of a service: whether it holds an alert, which alerts it lets pass, when its planned windows run (M1).

A row here is one with the columns of the view ``service_maintenance``. The windows themselves are asked, since no
engine may have seen that one has begun, ended or changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tocsin.domain.dedup_key import shown_key
from tocsin.domain.wall_clock import first_instant, wall_time

UNREADABLE = (ValueError, LookupError, OSError)
"""What a window raises that cannot be read, since its time zone is unknown."""

_WEEK = timedelta(weeks=1)


class MaintenanceRow(Protocol):
    def __getitem__(self, column: str, /) -> Any: ...


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


def holds(row: MaintenanceRow, now: datetime) -> datetime | None:
    """When the maintenance ends that holds the row's alert; None when none does, or when it lets the alert pass.

    The row has the alert's ``summary`` and ``dedup_key``, too.
    """
    return of_alert(row, row["summary"], shown_key(row["dedup_key"])).until(now)


def of_alert(row: MaintenanceRow, summary: str, dedup_key: str) -> Maintenance:
    """What holds an alert with this summary and key on the row's service, now and later."""
    if lets_pass(row["maintenance_exceptions"], summary, dedup_key):
        return Maintenance()
    return of_service(row)


def of_service(row: MaintenanceRow) -> Maintenance:
    """What holds the alerts of the row's service, except those that it lets pass.

    When a window cannot be read, what the engine stored last counts: the service's job is parked and says why, and the
    alerts go on.
    """
    windows = list(_readable(row["windows"]))
    stored = row["window_ends_at"] if len(windows) < len(row["windows"]) else None
    ends = (row["maintenance_expires_at"], stored)
    return Maintenance(max((end for end in ends if end is not None), default=None), windows)


def window(item: Mapping[str, Any]) -> Window:
    """A planned maintenance as ``maintenance_windows_of`` gives it. Raises one of ``UNREADABLE``."""
    start, end = (datetime.fromisoformat(item[name]) for name in ("start_at", "end_at"))
    return Window(start, end, item["weekly"], ZoneInfo(item["time_zone"]))


def windows_at(windows: Sequence[Window], now: datetime) -> Windows:
    """What the windows say at ``now``. Windows that overlap or touch run as one from the moment they are reached."""
    spans = [span for window in windows for span in _around(window, now)]
    ends = [end for start, end in spans if start <= now < end]
    edges = [edge for span in spans for edge in span if edge > now]
    return Windows(max(ends, default=None), min(edges, default=None))


def lets_pass(exceptions: Sequence[str], summary: str, dedup_key: str) -> bool:
    """Whether an alert is let through a maintenance: a pattern (``*`` and ``?``) matches its summary or its key whole.

    Letters match in either case. Every other character, ``[`` too, stands for itself.
    """
    texts = (summary.lower(), dedup_key.lower())
    return any(fnmatchcase(text, _escaped(pattern.lower())) for pattern in exceptions for text in texts)


def _readable(items: Sequence[Mapping[str, Any]]) -> Iterator[Window]:
    for item in items:
        try:
            yield window(item)
        except UNREADABLE:
            continue


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
