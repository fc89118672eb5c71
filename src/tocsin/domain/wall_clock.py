"""Wall-clock time in a zone, and the instants that it stands for.

A wall time is a ``datetime`` without zone: what a clock on the wall of that place shows. Most wall times stand for one
instant. Where clocks are put forward, those in the gap stand for none (a whole day of them in Pacific/Apia in 2011);
where they are put back, those in the overlap stand for two. Both functions below are total and monotone: a later wall
time never gives an earlier instant.

Instants may come in with any zone and go out in UTC, where Python compares and subtracts them as instants.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WALL = _EPOCH.replace(tzinfo=None)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_REMEMBERED = 8192  # schedules of one place begin and end at the same times: many a quarter of a year of them


def wall_time(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks in ``zone`` show at ``at``."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


@lru_cache(_REMEMBERED)
def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the clocks show ``wall`` or have passed it.

    Repeated wall time: its first occurrence. Skipped: the first instant after the gap.
    """
    before, after = _offsets(wall, zone)
    if before < after:
        return _jump(wall, zone, before, after)
    return _instant(wall, before)


@lru_cache(_REMEMBERED)
def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The last instant at which the clocks show ``wall``.

    Repeated wall time: its last occurrence. Skipped: the first instant after the gap, as in ``first_instant``.
    """
    before, after = _offsets(wall, zone)
    if before < after:
        return _jump(wall, zone, before, after)
    return _instant(wall, after)


def jumps_forward(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """The instants in (after, until] at which clocks are put forward: the first instant after each gap.

    Changes are looked for a day at a time, so two that cancel each other within a day pass unseen.
    """
    low, end = after.astimezone(UTC), until.astimezone(UTC)
    while low < end:
        high = min(low + _DAY, end)
        if _offset(low, zone) < _offset(high, zone):
            yield _change(zone, low, high)
        low = high


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return _EPOCH + (wall - _EPOCH_WALL - offset)


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The offsets to read ``wall`` with; they differ only beside a change: before it and after it."""
    return _wall_offset(wall.replace(fold=0) if wall.fold else wall, zone), _wall_offset(wall.replace(fold=1), zone)


def _jump(wall: datetime, zone: ZoneInfo, before: timedelta, after: timedelta) -> datetime:
    """The end of the gap around ``wall``. It lies between the two instants that the offsets give."""
    return _change(zone, _instant(wall, after), _instant(wall, before))


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant in (low, high] from which on the offset is that of ``high``; it changes once between them.

    Changes happen at whole seconds.
    """
    new = _offset(high, zone)
    low = low.replace(microsecond=0)
    seconds = -((low - high) // _SECOND)
    first, last = 1, seconds
    while first < last:
        middle = (first + last) // 2
        if _offset(low + middle * _SECOND, zone) == new:
            last = middle
        else:
            first = middle + 1
    return low + first * _SECOND


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return _wall_offset(at.astimezone(zone), zone)


def _wall_offset(wall: datetime, zone: ZoneInfo) -> timedelta:
    """``ZoneInfo`` reads only the wall time and its fold, so asking it directly spares a copy with a zone."""
    offset = zone.utcoffset(wall)
    assert offset is not None, "an IANA zone has an offset at every time"
    return offset
