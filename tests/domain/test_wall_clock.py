"""Wall times and instants: literal ones for each kind of change, and what holds for all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.times import LAST_YEAR, MINUTE, changes, instants, utc, zones

from tocsin.domain.wall_clock import first_instant, jumps_forward, last_instant, wall_time

SKIPPED = [
    ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00+02:00"),
    ("America/New_York", "2026-03-08T02:00", "2026-03-08T03:00-04:00"),
    ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T01:00-02:00"),
    ("America/Sao_Paulo", "2018-11-04T00:59:59.5", "2018-11-04T01:00-02:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30+11:00"),
    ("Africa/Cairo", "2026-04-24T00:30", "2026-04-24T01:00+03:00"),
    ("Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00+14:00"),
    ("Pacific/Apia", "2011-12-30T23:59", "2011-12-31T00:00+14:00"),
    ("America/Santiago", "2026-09-06T00:00", "2026-09-06T01:00-03:00"),
]
REPEATED = [
    ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"),
    ("America/New_York", "2026-11-01T01:00", "2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00"),
    ("America/Sao_Paulo", "2019-02-16T23:30", "2019-02-16T23:30-02:00", "2019-02-16T23:30-03:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"),
    ("Africa/Cairo", "2026-10-29T23:00", "2026-10-29T23:00+03:00", "2026-10-29T23:00+02:00"),
    ("America/Santiago", "2026-04-04T23:59", "2026-04-04T23:59-03:00", "2026-04-04T23:59-04:00"),
]
ONCE = [
    ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00"),
    ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T03:00+02:00"),
    ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T03:00+01:00"),
    ("Asia/Kathmandu", "2026-03-29T02:30", "2026-03-29T02:30+05:45"),
    ("Pacific/Apia", "2011-12-29T23:59", "2011-12-29T23:59-10:00"),
    ("America/Santiago", "2026-04-05T00:00", "2026-04-05T00:00-04:00"),
]


@pytest.mark.parametrize(("zone", "wall", "expected"), SKIPPED)
def test_a_skipped_time_is_the_first_instant_after_the_gap(zone: str, wall: str, expected: str) -> None:
    found = datetime.fromisoformat(wall), ZoneInfo(zone)
    assert first_instant(*found) == last_instant(*found) == utc(expected)


@pytest.mark.parametrize(("zone", "wall", "first", "last"), REPEATED)
def test_a_repeated_time_has_a_first_and_a_last_instant(zone: str, wall: str, first: str, last: str) -> None:
    found = datetime.fromisoformat(wall), ZoneInfo(zone)
    assert (first_instant(*found), last_instant(*found)) == (utc(first), utc(last))


@pytest.mark.parametrize(("zone", "wall", "expected"), ONCE)
def test_any_other_time_has_one_instant(zone: str, wall: str, expected: str) -> None:
    found = datetime.fromisoformat(wall), ZoneInfo(zone)
    assert first_instant(*found) == last_instant(*found) == utc(expected)


def test_the_fold_of_the_wall_time_does_not_matter() -> None:
    wall, zone = datetime.fromisoformat("2026-10-25T02:30").replace(fold=1), ZoneInfo("Europe/Berlin")
    assert first_instant(wall, zone) == utc("2026-10-25T02:30+02:00")


def test_instants_come_out_in_utc() -> None:
    for instant in (first_instant, last_instant):
        assert instant(datetime.fromisoformat("2026-03-29T02:30"), ZoneInfo("Europe/Berlin")).tzinfo is UTC


@given(st.data())
def test_the_first_instant_is_the_first_that_shows_the_time_or_a_later_one(data: st.DataObject) -> None:
    zone = data.draw(zones)
    wall = wall_time(data.draw(instants(zone)), zone) + data.draw(st.integers(-90, 90)) * MINUTE
    first = first_instant(wall, zone)
    assert wall_time(first, zone) >= wall
    assert all(wall_time(first - n * MINUTE, zone) < wall for n in range(1, 91))


@given(st.data())
def test_after_the_last_instant_only_later_times_come(data: st.DataObject) -> None:
    zone = data.draw(zones)
    wall = wall_time(data.draw(instants(zone)), zone) + data.draw(st.integers(-90, 90)) * MINUTE
    last = last_instant(wall, zone)
    assert wall_time(last, zone) >= wall
    assert all(wall_time(last + n * MINUTE, zone) > wall for n in range(1, 91))
    assert wall_time(last, zone) == wall or last == first_instant(wall, zone)


@given(st.data())
def test_an_instant_is_the_first_or_the_last_of_the_time_it_shows(data: st.DataObject) -> None:
    zone = data.draw(zones)
    at = data.draw(instants(zone))
    wall = wall_time(at, zone)
    assert at in (first_instant(wall, zone), last_instant(wall, zone))


@given(st.data())
@settings(max_examples=20)
def test_jumps_forward_are_the_changes_that_skip_times(data: st.DataObject) -> None:
    zone = data.draw(zones)
    start = data.draw(instants(zone))
    end = min(start + timedelta(days=data.draw(st.integers(0, 800))), datetime(LAST_YEAR, 12, 31, tzinfo=UTC))
    skipping = [at for at in changes(zone) if wall_time(at, zone) - wall_time(at - MINUTE, zone) > MINUTE]
    assert list(jumps_forward(zone, start, end)) == [at for at in skipping if start < at <= end]
