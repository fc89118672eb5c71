"""What a heartbeat monitor was, day by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Literal

from tocsin.domain.spans import Span

HistoryStatus = Literal["up", "down", "paused"]


@dataclass(frozen=True, slots=True)
class HeartbeatStint:
    """A time that a monitor was up, down or paused; without end, it still is. ``alert_id``: raised as it went down."""

    status: HistoryStatus
    reason: str
    started_at: datetime
    ended_at: datetime | None
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatDay:
    """One day of a monitor: how long it was up and down (neither: it was not watched), and how often it went down."""

    span: Span
    up: timedelta = timedelta(0)
    down: timedelta = timedelta(0)
    outages: int = 0
    paused: bool = False

    @property
    def status(self) -> HistoryStatus | None:
        """The worst of the day."""
        if self.outages:
            return "down"
        if self.up:
            return "up"
        return "paused" if self.paused else None


def by_day(stints: Sequence[HeartbeatStint], days: Sequence[Span], now: datetime) -> Iterator[HeartbeatDay]:
    """Each of the days, in order. The stints are in order, too."""
    first = 0
    for day in days:
        while first < len(stints) and _end(stints[first], now) <= day.start:
            first += 1
        yield _day(day, list(takewhile(lambda stint: stint.started_at < day.end, stints[first:])), now)  # noqa: B023


def _day(day: Span, stints: Sequence[HeartbeatStint], now: datetime) -> HeartbeatDay:
    def lasted(status: HistoryStatus) -> timedelta:
        spans = ((stint.started_at, _end(stint, now)) for stint in stints if stint.status == status)
        return sum((min(end, day.end) - max(start, day.start) for start, end in spans), timedelta(0))

    outages = sum(stint.status == "down" for stint in stints)
    return HeartbeatDay(day, lasted("up"), lasted("down"), outages, any(stint.status == "paused" for stint in stints))


def _end(stint: HeartbeatStint, now: datetime) -> datetime:
    return max(now, stint.started_at) if stint.ended_at is None else stint.ended_at
