"""When a schedule's rule is active (S1).

A rule has weekdays and a start and an end on the wall clock of the schedule's zone. A shift belongs to the day of its
start: with an end no later than the start it ends on the next day, and equal ones make 24 hours. Where a wall time
repeats, a shift starts at its first and ends at its last occurrence; where one is skipped, at the first instant after
the gap, and a shift wholly inside a gap is not there. Shifts of one rule that touch are one shift; with all days and
equal ends the rule is always active and has no shifts to tell apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.domain.spans import Span, union
from tocsin.domain.wall_clock import first_instant, last_instant, wall_time

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_NEIGHBOURS = 2 * _DAY  # a shift starts or ends at most so far from the dates that it touches, overlaps included
_THREE_WEEKS = timedelta(weeks=3)  # every rule starts within: a gap can take one week's only shift, not two in a row


@dataclass(frozen=True, slots=True)
class WeeklyRuleTarget:
    """Whom a rule puts on call: a user, or whoever is active in a rotation."""

    type: Literal["user", "rotation"]
    id: UUID


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """``weekdays`` counts from Monday, 0; ``start`` is inclusive and ``end`` exclusive, both without zone."""

    id: UUID
    target: WeeklyRuleTarget
    weekdays: frozenset[int]
    start: time
    end: time

    @property
    def is_always_active(self) -> bool:
        return self.start == self.end and len(self.weekdays) == 7


def is_active(rule: WeeklyRule, zone: ZoneInfo, at: datetime) -> bool:
    """Whether ``at`` lies in one of the rule's shifts."""
    return rule.is_always_active or any(shift.holds(at) for shift in _each_day(rule, zone, at, at, _NEIGHBOURS))


def shifts_between(rule: WeeklyRule, zone: ZoneInfo, start: datetime, end: datetime) -> list[Span]:
    """The rule's shifts that have a part in [start, end), whole, in order. An always active rule gives [start, end)."""
    if rule.is_always_active:
        return [Span(start, end)]
    shifts = union(_each_day(rule, zone, start, end, _WEEK + _NEIGHBOURS))
    return [shift for shift in shifts if shift.end > start and shift.start < end]


def shift_at_or_after(rule: WeeklyRule, zone: ZoneInfo, at: datetime) -> Span | None:
    """The shift that holds ``at``, or else the next; None where the rule is never or always active."""
    if rule.is_always_active:
        return None
    return next(iter(shifts_between(rule, zone, at, at + _THREE_WEEKS)), None)


def _each_day(rule: WeeklyRule, zone: ZoneInfo, start: datetime, end: datetime, margin: timedelta) -> Iterator[Span]:
    """One span for each enabled day from ``margin`` before ``start`` to ``margin`` after ``end``; some may be empty."""
    length = _DAY if rule.end <= rule.start else timedelta()
    day, last = (wall_time(start, zone) - margin).date(), (wall_time(end, zone) + margin).date()
    while day <= last:
        if day.weekday() in rule.weekdays:
            yield _on(rule, zone, day, day + length)
        day += _DAY


def _on(rule: WeeklyRule, zone: ZoneInfo, first: date, last: date) -> Span:
    return Span(
        first_instant(datetime.combine(first, rule.start), zone),
        last_instant(datetime.combine(last, rule.end), zone),
    )
