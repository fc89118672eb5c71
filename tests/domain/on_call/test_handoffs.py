"""When rotations hand off (R1): literal days of change, whole years, and what holds for all."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.times import DAY, MINUTE, ZONES, instants, rotations, utc, zones

from tocsin.domain.on_call.handoffs import HandoffRule, RotationType, count_handoffs, handoffs, next_handoff, shift_at
from tocsin.domain.spans import Span
from tocsin.domain.wall_clock import wall_time

HOUR = timedelta(hours=1)
UNITS = {"hourly": HOUR, "daily": DAY, "weekly": timedelta(weeks=1)}


def rotation(kind: RotationType, length: int, start: str, zone: str) -> HandoffRule:
    return HandoffRule(kind, length, utc(start), ZoneInfo(zone))


DAILY = [
    ("Europe/Berlin", "2026-03-01T09:00+01:00", "2026-03-29T00:00+01:00", 23 * HOUR),
    ("Europe/Berlin", "2026-03-01T09:00+01:00", "2026-10-25T00:00+02:00", 25 * HOUR),
    ("America/New_York", "2026-03-01T09:00-05:00", "2026-03-08T00:00-05:00", 23 * HOUR),
    ("Australia/Lord_Howe", "2026-03-01T09:00+11:00", "2026-04-05T00:00+11:00", 24.5 * HOUR),
    ("Australia/Lord_Howe", "2026-03-01T09:00+11:00", "2026-10-04T00:00+10:30", 23.5 * HOUR),
    ("Africa/Cairo", "2026-03-01T09:00+02:00", "2026-04-24T02:00+03:00", 23 * HOUR),
    ("Asia/Kathmandu", "2026-03-01T09:00+05:45", "2026-03-29T00:00+05:45", 24 * HOUR),
]


@pytest.mark.parametrize(("zone", "start", "at", "length"), DAILY)
def test_a_daily_shift_over_a_change(zone: str, start: str, at: str, length: timedelta) -> None:
    shift = shift_at(rotation("daily", 1, start, zone), utc(at))
    assert shift.end - shift.start == length
    assert wall_time(shift.start, ZoneInfo(zone)).hour == wall_time(shift.end, ZoneInfo(zone)).hour == 9


LISTS = [
    (
        "a day that is left out is no shift of its own",
        rotation("daily", 1, "2011-12-01T09:00-10:00", "Pacific/Apia"),
        ["2011-12-28T09:00-10:00", "2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T09:00+14:00"],
    ),
    (
        "handoffs that fall into one gap are one",
        rotation("hourly", 6, "2011-12-29T00:00-10:00", "Pacific/Apia"),
        ["2011-12-29T12:00-10:00", "2011-12-29T18:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T06:00+14:00"],
    ),
    (
        "midnight is skipped",
        rotation("daily", 1, "2026-09-01T00:00-04:00", "America/Santiago"),
        ["2026-09-05T00:00-04:00", "2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"],
    ),
    (
        "the hour before midnight is repeated",
        rotation("hourly", 1, "2026-04-01T00:00-03:00", "America/Santiago"),
        ["2026-04-04T22:00-03:00", "2026-04-04T23:00-03:00", "2026-04-05T00:00-04:00", "2026-04-05T01:00-04:00"],
    ),
    (
        "an hour is skipped",
        rotation("hourly", 1, "2026-01-01T00:00+01:00", "Europe/Berlin"),
        ["2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"],
    ),
    (
        "an hour is repeated",
        rotation("hourly", 1, "2026-01-01T00:00+01:00", "Europe/Berlin"),
        ["2026-10-25T01:00+02:00", "2026-10-25T02:00+02:00", "2026-10-25T03:00+01:00"],
    ),
    (
        "half an hour is skipped",
        rotation("hourly", 1, "2026-01-01T00:00+11:00", "Australia/Lord_Howe"),
        ["2026-10-04T01:00+10:30", "2026-10-04T02:30+11:00", "2026-10-04T03:00+11:00"],
    ),
    (
        "half an hour is repeated",
        rotation("hourly", 1, "2026-01-01T00:30+11:00", "Australia/Lord_Howe"),
        ["2026-04-05T00:30+11:00", "2026-04-05T01:30+11:00", "2026-04-05T02:30+10:30"],
    ),
    (
        "the 31st of shorter months",
        rotation("monthly", 1, "2023-12-31T12:00+00:00", "UTC"),
        ["2024-01-31T12:00+00:00", "2024-02-29T12:00+00:00", "2024-03-31T12:00+00:00", "2024-04-30T12:00+00:00"],
    ),
    (
        "before the start as after it",
        rotation("monthly", 5, "2026-01-31T12:00+00:00", "UTC"),
        ["2025-03-31T12:00+00:00", "2025-08-31T12:00+00:00", "2026-01-31T12:00+00:00", "2026-06-30T12:00+00:00"],
    ),
]


@pytest.mark.parametrize(("subject", "expected"), [one[1:] for one in LISTS], ids=[one[0] for one in LISTS])
def test_handoffs_in_a_row(subject: HandoffRule, expected: list[str]) -> None:
    moments = [utc(one) for one in expected]
    assert list(handoffs(subject, moments[0] - MINUTE, moments[-1])) == moments
    assert list(handoffs(subject, moments[0], moments[-1] - MINUTE)) == moments[1:-1]
    assert [shift_at(subject, one) for one in moments[:-1]] == [Span(*pair) for pair in pairwise(moments)]


def test_a_start_that_is_the_second_of_a_repeated_time_hands_off_at_the_first() -> None:
    subject = rotation("daily", 1, "2026-10-25T02:30+01:00", "Europe/Berlin")
    assert shift_at(subject, subject.start_at).start == utc("2026-10-25T02:30+02:00")


def test_the_instant_may_be_given_in_any_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    subject = rotation("hourly", 1, "2026-01-01T00:30+01:00", "Europe/Berlin")
    at = datetime(2026, 10, 25, 2, 45, fold=1, tzinfo=berlin)
    assert shift_at(subject, at) == Span(utc("2026-10-25T02:30+02:00"), utc("2026-10-25T03:30+01:00"))


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("year", [2011, 2026])
def test_hourly_handoffs_of_a_whole_year(zone: ZoneInfo, year: int) -> None:
    """The oracle steps through every quarter of an hour and hands off when the clock shows a full hour not seen yet."""
    subject = HandoffRule("hourly", 1, datetime(2000, 1, 1, 12, tzinfo=zone), zone)
    start = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    expected, furthest = [], wall_time(start, zone)
    for quarter in range(1, 366 * 96):
        at = start + quarter * timedelta(minutes=15)
        full_hour = wall_time(at, zone).replace(minute=0)
        if full_hour > furthest:
            expected.append(at)
            furthest = full_hour
    assert list(handoffs(subject, start, expected[-1])) == expected


@given(st.data())
def test_a_shift_contains_its_instant_and_the_next_begins_at_its_end(data: st.DataObject) -> None:
    zone = data.draw(zones)
    subject, at = data.draw(rotations(zone)), data.draw(instants(zone))
    shift = shift_at(subject, at)
    assert shift.holds(at)
    assert next_handoff(subject, at) == shift.end
    assert shift_at(subject, shift.end).start == shift.end
    assert shift_at(subject, shift.start) == shift
    assert shift_at(subject, shift.end - timedelta.resolution) == shift
    assert shift_at(subject, shift.start - timedelta.resolution).end == shift.start


@given(st.data())
@settings(max_examples=50)
def test_handoffs_are_the_edges_of_the_shifts_and_counted_right(data: st.DataObject) -> None:
    zone = data.draw(zones)
    subject, start = data.draw(rotations(zone)), data.draw(instants(zone))
    end = start + data.draw(st.integers(0, 4 if subject.type == "hourly" else 400)) * DAY
    found = list(handoffs(subject, start, end))
    at, expected = start, []
    while (at := shift_at(subject, at).end) <= end:
        expected.append(at)
    assert found == expected
    assert count_handoffs(subject, start, end) == len(found)
    assert count_handoffs(subject, end, start) == 0


@given(st.data())
def test_handoffs_keep_their_phase_on_the_wall_clock(data: st.DataObject) -> None:
    """Each shows a time of the phase, or is the end of a gap in which there is one."""
    zone = data.draw(zones)
    subject, at = data.draw(rotations(zone)), data.draw(instants(zone))
    moment = next_handoff(subject, at)
    shown, before = wall_time(moment, zone), wall_time(moment - timedelta.resolution, zone)
    skipped = max(int((shown - before) / MINUTE), 0)
    assert any(_in_phase(subject, shown - n * MINUTE) for n in range(skipped + 1))


def _in_phase(subject: HandoffRule, wall: datetime) -> bool:
    start = wall_time(subject.start_at, subject.time_zone)
    if subject.type != "monthly":
        return (wall - start) % (UNITS[subject.type] * subject.shift_length) == timedelta()
    months = (wall.year - start.year) * 12 + wall.month - start.month
    day = min(start.day, monthrange(wall.year, wall.month)[1])
    return months % subject.shift_length == 0 and wall.day == day and wall.time() == start.time()


def test_twenty_years_of_hourly_handoffs_are_counted_without_stepping_through_them() -> None:
    subject = rotation("hourly", 1, "2006-01-01T00:00+01:00", "Europe/Berlin")
    began = process_time()
    counted = count_handoffs(subject, utc("2006-01-01T00:00+01:00"), utc("2026-01-01T00:00+01:00"))
    assert process_time() - began < 0.2
    assert counted == 7305 * 24 - 20  # the hour skipped each spring; the one repeated each autumn is one shift
