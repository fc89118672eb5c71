"""The days of a report in somebody's zone, hour by hour, and which of the hours are night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.domain.spans import Span
from tocsin.domain.wall_clock import first_instant, wall_time

NIGHT_FROM = 22
NIGHT_UNTIL = 7

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def is_night(hour: int) -> bool:
    """Whether an hour of the day lies between 22 and 7 o'clock."""
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour that begins at ``start``, when the clocks of the zone show ``hour`` on ``day``."""

    start: datetime
    day: date
    hour: int

    @property
    def is_night(self) -> bool:
        return is_night(self.hour)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from ``first`` to ``last``, both included, in a zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def span(self) -> Span:
        return Span(self._midnight(self.first), self._midnight(self.last + _DAY))

    @property
    def days(self) -> Sequence[date]:
        return [self.first + number * _DAY for number in range((self.last - self.first).days + 1)]

    def hours(self) -> Sequence[Hour]:
        """All hours in order, counted from each day's midnight: 23 or 25 on a day on which the clocks change."""
        return [hour for day in self.days for hour in self._of_day(day)]

    def nights(self) -> Sequence[Span]:
        """The spans of neighbouring hours of night."""
        hours = self.hours()
        ends = [*(hour.start for hour in hours[1:]), self.span.end]
        found: list[Span] = []
        for hour, end in zip(hours, ends, strict=True):
            if hour.is_night:
                start = found.pop().start if found and found[-1].end == hour.start else hour.start
                found.append(Span(start, end))
        return found

    def _of_day(self, day: date) -> Sequence[Hour]:
        start, end = self._midnight(day), self._midnight(day + _DAY)
        starts = [start + number * _HOUR for number in range(-((start - end) // _HOUR))]
        return [Hour(at, day, wall_time(at, self.zone).hour) for at in starts]

    def _midnight(self, day: date) -> datetime:
        return first_instant(datetime.combine(day, time()), self.zone)
