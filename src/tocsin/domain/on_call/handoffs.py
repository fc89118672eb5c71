"""When a rotation hands off, whoever is active (R1).

Handoffs sit at start + n × shift length for whole n of any sign, counted on the wall clock of the rotation's zone. So
a daily shift lasts 23 or 25 hours over a change, and a one-hour shift two when an hour repeats. A wall time that is
skipped hands off at the first instant after the gap; one that occurs twice, at its first occurrence. Where several
handoffs fall into one gap they are one handoff: no shift is empty, and nobody is passed over.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal
from zoneinfo import ZoneInfo

from tocsin.domain.spans import Span
from tocsin.domain.wall_clock import first_instant, jumps_forward, wall_time

RotationType = Literal["hourly", "daily", "weekly", "monthly"]

_UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class HandoffRule:
    """``shift_length`` (1 or more) counts hours, days, weeks or months by ``type``; ``start_at`` fixes the phase.

    A monthly rotation that starts on the 31st hands off on the last day of a shorter month.
    """

    type: RotationType
    shift_length: int
    start_at: datetime
    time_zone: ZoneInfo


def shift_at(rotation: HandoffRule, at: datetime) -> Span:
    """The shift that contains ``at``; it may lie before the rotation's start."""
    number = _number(rotation, at)
    return Span(_handoff(rotation, number), _handoff(rotation, number + 1))


def next_handoff(rotation: HandoffRule, after: datetime) -> datetime:
    """The first handoff after ``after``, which may itself be one."""
    return _handoff(rotation, _number(rotation, after) + 1)


def handoffs(rotation: HandoffRule, after: datetime, until: datetime) -> Iterator[datetime]:
    """The handoffs in (after, until], in order."""
    previous = after
    for number in count(_number(rotation, after) + 1):
        moment = _handoff(rotation, number)
        if moment > until:
            return
        if moment > previous:
            yield moment
        previous = moment


def count_handoffs(rotation: HandoffRule, after: datetime, until: datetime) -> int:
    """How many handoffs lie in (after, until]; quick for years of hourly shifts. 0 when ``until`` is earlier."""
    passed = _number(rotation, until) - _number(rotation, after)
    if passed <= 1:
        return max(passed, 0)
    return passed - _fallen_together(rotation, after, until)


def _fallen_together(rotation: HandoffRule, after: datetime, until: datetime) -> int:
    """How many numbers in (after, until] share their instant with an earlier one. No gap is as long as a week."""
    if rotation.type not in ("hourly", "daily"):
        return 0
    together = 0
    for jump in jumps_forward(rotation.time_zone, after, until):
        in_gap = _number(rotation, jump) - _number(rotation, jump - timedelta.resolution)
        together += max(in_gap - 1, 0)
    return together


def _number(rotation: HandoffRule, at: datetime) -> int:
    """The number of the last handoff up to and at ``at``: 0 is the start."""
    number = _estimate(rotation, at)
    while _handoff(rotation, number) > at:
        number -= 1
    while _handoff(rotation, number + 1) <= at:
        number += 1
    return number


def _estimate(rotation: HandoffRule, at: datetime) -> int:
    """The number by wall-clock arithmetic: off by a day of the month, or by the length of an overlap."""
    start, wall = wall_time(rotation.start_at, rotation.time_zone), wall_time(at, rotation.time_zone)
    if rotation.type == "monthly":
        return (_months(wall) - _months(start)) // rotation.shift_length
    return (wall - start) // (_UNITS[rotation.type] * rotation.shift_length)


def _handoff(rotation: HandoffRule, number: int) -> datetime:
    start = wall_time(rotation.start_at, rotation.time_zone)
    units = number * rotation.shift_length
    wall = _add_months(start, units) if rotation.type == "monthly" else start + _UNITS[rotation.type] * units
    return first_instant(wall, rotation.time_zone)


def _months(wall: datetime) -> int:
    return wall.year * 12 + wall.month - 1


def _add_months(wall: datetime, months: int) -> datetime:
    year, month = divmod(_months(wall) + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
