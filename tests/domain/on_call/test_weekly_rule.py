"""When rules are active (S1): literal days of change, and the plain reading of the wall clock as an oracle."""

from datetime import datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.times import DAY, instants, utc, zones

from tocsin.domain.on_call.weekly_rule import WeeklyRule, WeeklyRuleTarget, is_active, shift_at_or_after, shifts_between
from tocsin.domain.spans import Span
from tocsin.domain.wall_clock import first_instant, last_instant, wall_time

EVERY_DAY = "0123456"
SOMEBODY = WeeklyRuleTarget("user", UUID(int=1))
times = st.one_of(
    st.sampled_from([time(0), time(1), time(1, 30), time(2), time(23, 59)]), st.times(timezones=st.none())
)
rules = st.builds(
    WeeklyRule,
    st.uuids(),
    st.just(SOMEBODY),
    st.frozensets(st.integers(0, 6)),
    *[times.map(lambda t: t.replace(second=0, microsecond=0))] * 2,
)


def rule(days: str, start: str, end: str) -> WeeklyRule:
    weekdays = frozenset(int(day) for day in days)
    return WeeklyRule(UUID(int=9), SOMEBODY, weekdays, time.fromisoformat(start), time.fromisoformat(end))


SHIFTS = [
    (
        "a day of 23 hours",
        ZoneInfo("Europe/Berlin"),
        rule("6", "00:00", "00:00"),
        Span(utc("2026-03-29T00:00+01:00"), utc("2026-03-30T00:00+02:00")),
    ),
    (
        "a day of 25 hours",
        ZoneInfo("Europe/Berlin"),
        rule("6", "00:00", "00:00"),
        Span(utc("2026-10-25T00:00+02:00"), utc("2026-10-26T00:00+01:00")),
    ),
    (
        "its start is skipped",
        ZoneInfo("Europe/Berlin"),
        rule("6", "02:30", "08:00"),
        Span(utc("2026-03-29T03:00+02:00"), utc("2026-03-29T08:00+02:00")),
    ),
    (
        "its end is skipped",
        ZoneInfo("Europe/Berlin"),
        rule("5", "22:00", "02:30"),
        Span(utc("2026-03-28T22:00+01:00"), utc("2026-03-29T03:00+02:00")),
    ),
    (
        "its start is repeated",
        ZoneInfo("Europe/Berlin"),
        rule("6", "02:30", "08:00"),
        Span(utc("2026-10-25T02:30+02:00"), utc("2026-10-25T08:00+01:00")),
    ),
    (
        "its end is repeated",
        ZoneInfo("Europe/Berlin"),
        rule("5", "22:00", "02:30"),
        Span(utc("2026-10-24T22:00+02:00"), utc("2026-10-25T02:30+01:00")),
    ),
    (
        "half an hour is repeated",
        ZoneInfo("Australia/Lord_Howe"),
        rule("6", "01:00", "01:45"),
        Span(utc("2026-04-05T01:00+11:00"), utc("2026-04-05T01:45+10:30")),
    ),
    (
        "midnight is skipped",
        ZoneInfo("America/Santiago"),
        rule("6", "00:00", "06:00"),
        Span(utc("2026-09-06T01:00-03:00"), utc("2026-09-06T06:00-03:00")),
    ),
    (
        "midnight comes after a repeated hour",
        ZoneInfo("America/Santiago"),
        rule("5", "20:00", "00:00"),
        Span(utc("2026-04-04T20:00-03:00"), utc("2026-04-05T00:00-04:00")),
    ),
    (
        "the night before a missing day",
        ZoneInfo("Pacific/Apia"),
        rule("3", "20:00", "08:00"),
        Span(utc("2011-12-29T20:00-10:00"), utc("2011-12-31T00:00+14:00")),
    ),
    (
        "the night of a missing day",
        ZoneInfo("Pacific/Apia"),
        rule("4", "20:00", "08:00"),
        Span(utc("2011-12-31T00:00+14:00"), utc("2011-12-31T08:00+14:00")),
    ),
    (
        "days of 24 hours join",
        ZoneInfo("Europe/Berlin"),
        rule("4560", "09:00", "09:00"),
        Span(utc("2026-03-27T09:00+01:00"), utc("2026-03-31T09:00+02:00")),
    ),
    (
        "days apart do not",
        ZoneInfo("Europe/Berlin"),
        rule("46", "09:00", "09:00"),
        Span(utc("2026-03-27T09:00+01:00"), utc("2026-03-28T09:00+01:00")),
    ),
]


@pytest.mark.parametrize(("zone", "subject", "shift"), [one[1:] for one in SHIFTS], ids=[one[0] for one in SHIFTS])
def test_a_shift(zone: ZoneInfo, subject: WeeklyRule, shift: Span) -> None:
    for at in (shift.start - timedelta.resolution, shift.start, shift.end - timedelta.resolution):
        assert shift_at_or_after(subject, zone, at) == shift
        assert is_active(subject, zone, at) is shift.holds(at)
    assert not is_active(subject, zone, shift.end)
    assert shifts_between(subject, zone, shift.start, shift.start + timedelta.resolution) == [shift]
    assert shift not in shifts_between(subject, zone, shift.end, shift.end + DAY)


@pytest.mark.parametrize(("day", "start", "end"), [("6", "02:15", "02:45"), ("6", "02:00", "03:00")])
def test_a_shift_wholly_inside_a_gap_is_not_there(day: str, start: str, end: str) -> None:
    subject, berlin = rule(day, start, end), ZoneInfo("Europe/Berlin")
    found = shift_at_or_after(subject, berlin, utc("2026-03-29T00:00+01:00"))
    assert found is not None
    assert found.start == utc(f"2026-04-05T{start}+02:00")


def test_a_missing_day_has_no_shift() -> None:
    window = Span(utc("2011-12-25T00:00+00:00"), utc("2012-01-05T00:00+00:00"))
    assert shifts_between(rule("4", "09:00", "17:00"), ZoneInfo("Pacific/Apia"), *window) == []


def test_all_days_round_the_clock_is_always() -> None:
    subject, berlin = rule(EVERY_DAY, "09:00", "09:00"), ZoneInfo("Europe/Berlin")
    window = Span(utc("2026-03-01T00:00+01:00"), utc("2026-04-01T00:00+02:00"))
    assert shifts_between(subject, berlin, *window) == [window]
    assert shift_at_or_after(subject, berlin, window.start) is None
    assert is_active(subject, berlin, window.start)


def test_without_days_is_never() -> None:
    subject, berlin = rule("", "09:00", "09:00"), ZoneInfo("Europe/Berlin")
    assert shift_at_or_after(subject, berlin, utc("2026-03-01T00:00+01:00")) is None
    assert not is_active(subject, berlin, utc("2026-03-01T00:00+01:00"))


@given(st.data())
@settings(max_examples=120)
def test_a_rule_is_active_when_the_clock_on_the_wall_says_so(data: st.DataObject) -> None:
    """Where the wall time occurs once, whatever changes are near."""
    zone, subject = data.draw(zones), data.draw(rules)
    at = data.draw(instants(zone))
    wall = wall_time(at, zone)
    if first_instant(wall, zone) == last_instant(wall, zone):
        assert is_active(subject, zone, at) is _plainly_active(subject, wall)


def _plainly_active(subject: WeeklyRule, wall: datetime) -> bool:
    today, yesterday = wall.weekday() in subject.weekdays, (wall - DAY).weekday() in subject.weekdays
    if subject.start < subject.end:
        return today and subject.start <= wall.time() < subject.end
    return (today and wall.time() >= subject.start) or (yesterday and wall.time() < subject.end)


@given(st.data())
def test_shifts_are_in_order_and_say_when_the_rule_is_active(data: st.DataObject) -> None:
    zone, subject = data.draw(zones), data.draw(rules)
    start = data.draw(instants(zone))
    found = shifts_between(subject, zone, start, start + 10 * DAY)
    assert all(shift.start < shift.end for shift in found)
    assert all(one.end < other.start for one, other in pairwise(found))
    edges = [edge for shift in found for edge in shift]
    for at in [start, *edges, *(edge - timedelta.resolution for edge in edges)]:
        if start <= at < start + 10 * DAY:
            assert is_active(subject, zone, at) is any(shift.holds(at) for shift in found)
