"""Zones whose clocks change in unlike ways, and strategies for times beside those changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tocsin.domain.on_call.handoffs import HandoffRule

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "America/Sao_Paulo",  # changed at midnight until 2019
        "Australia/Lord_Howe",  # changes by half an hour
        "Africa/Cairo",  # changes at midnight; paused for the Ramadans of 2010 and 2014
        "Asia/Kathmandu",  # a quarter of an hour beside the hour, never changes
        "Pacific/Apia",  # left out a whole day in 2011
        "America/Santiago",  # changes at midnight
    )
]
FIRST_YEAR, LAST_YEAR = 2006, 2030
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@cache
def changes(zone: ZoneInfo) -> Sequence[datetime]:
    """The instants at which the clocks of ``zone`` change, to the minute, found by looking at the clocks."""
    at = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    found = []
    while at.year <= LAST_YEAR:
        if _offset(at, zone) != _offset(at + DAY, zone):
            minutes = (at + n * MINUTE for n in range(1, 1441))
            before = _offset(at, zone)
            found.append(next(minute for minute in minutes if _offset(minute, zone) != before))
        at += DAY
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


zones = st.sampled_from(ZONES)


def instants(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    """Instants to the minute: most of them within two days of a change."""
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    anywhere = st.integers(0, 25 * 525_600).map(lambda minutes: first + minutes * MINUTE)
    if not changes(zone):
        return anywhere
    beside = st.builds(
        lambda change, minutes: change + minutes * MINUTE, st.sampled_from(changes(zone)), st.integers(-2880, 2880)
    )
    return beside | beside | anywhere


def rotations(zone: ZoneInfo) -> st.SearchStrategy[HandoffRule]:
    types = st.sampled_from(["hourly", "daily", "weekly", "monthly"])
    lengths = st.one_of(st.just(1), st.integers(1, 30))
    return st.builds(HandoffRule, types, lengths, instants(zone), st.just(zone))
