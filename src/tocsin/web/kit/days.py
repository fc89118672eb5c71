"""Days, weeks and months of a time zone: a day may last 23 or 25 hours.

Pure: ``today`` and zones are given. Instants are in UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from tocsin.domain.spans import Span
from tocsin.domain.wall_clock import first_instant

CalendarView: TypeAlias = Literal["week", "month"]

_DAY = timedelta(days=1)
_EARLIEST = date(2000, 1, 1)
_AHEAD = timedelta(days=3500)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a zone, from its first instant to that of the next."""

    date: date
    span: Span

    @property
    def change(self) -> timedelta:
        """By how much the day is longer than 24 hours: clocks go back; negative: forward."""
        return self.span.end - self.span.start - _DAY

    @property
    def hours(self) -> str:
        """How long it is: 25, or 23.5."""
        return f"{(self.span.end - self.span.start) / timedelta(hours=1):g}"

    @property
    def is_changed(self) -> bool:
        return bool(self.change)


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """The days that a calendar shows: a week, or whole weeks around a month. ``first`` names it: its Monday or 1st."""

    view: CalendarView
    first: date
    days: Sequence[Day]

    @property
    def span(self) -> Span:
        return Span(self.days[0].span.start, self.days[-1].span.end)

    @property
    def before(self) -> date:
        return self.first - 7 * _DAY if self.view == "week" else (self.first - _DAY).replace(day=1)

    @property
    def after(self) -> date:
        return self.first + 7 * _DAY if self.view == "week" else (self.first + 31 * _DAY).replace(day=1)

    @property
    def title(self) -> str:
        """October 2026, 19 – 25 October 2026, 30 November – 6 December 2026."""
        if self.view == "month":
            return f"{self.first:%B %Y}"
        last = self.days[-1].date
        return (
            f"{self.first.day}{'' if last.month == self.first.month else f' {self.first:%B}'} – {last.day} {last:%B %Y}"
        )


def day(of: date, zone: ZoneInfo) -> Day:
    """The day in the zone."""
    midnight = datetime.combine(of, time())
    return Day(of, Span(first_instant(midnight, zone), first_instant(midnight + _DAY, zone)))


def day_at(at: datetime, zone: ZoneInfo) -> Day:
    """The day that holds the instant."""
    return day(at.astimezone(zone).date(), zone)


def week(of: date, zone: ZoneInfo) -> CalendarWindow:
    """From Monday to Sunday around a date."""
    monday = of - of.weekday() * _DAY
    return CalendarWindow("week", monday, _days(monday, monday + 7 * _DAY, zone))


def month(of: date, zone: ZoneInfo) -> CalendarWindow:
    """The whole weeks that hold the month of a date."""
    first = of.replace(day=1)
    after = (first + 31 * _DAY).replace(day=1)
    start, end = first - first.weekday() * _DAY, after + (-after.weekday() % 7) * _DAY
    return CalendarWindow("month", first, _days(start, end, zone))


def chosen_window(view: str, of: str, zone: ZoneInfo, today: date) -> CalendarWindow:
    """The week or month that a query asks for; that of today where it cannot be read."""
    try:
        wanted = date.fromisoformat(of)
    except ValueError:
        wanted = today
    wanted = min(max(wanted, _EARLIEST), today + _AHEAD)
    return month(wanted, zone) if view == "month" else week(wanted, zone)


def _days(start: date, end: date, zone: ZoneInfo) -> Sequence[Day]:
    """A zone may leave out a whole day when it changes sides of the date line."""
    days = [day(start + number * _DAY, zone) for number in range((end - start).days)]
    return [day for day in days if day.span.start < day.span.end]
