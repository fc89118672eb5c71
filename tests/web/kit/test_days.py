"""Days, weeks and months of a zone, and where times stand on a line."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.spans import Span, Stint
from tocsin.web.kit.days import CalendarWindow, chosen_window, day, month, week
from tocsin.web.schedules import calendar_rows

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
TODAY = date(2027, 6, 1)
ADA, BEN = UUID(int=1), UUID(int=2)
START = datetime(2027, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("of", "hours", "change"),
    [(date(2027, 3, 28), "23", -1), (date(2027, 10, 31), "25", 1), (date(2027, 6, 1), "24", 0)],
)
def test_a_day_is_as_long_as_its_clocks_say(of: date, hours: str, change: int) -> None:
    one = day(of, BERLIN)
    assert (one.hours, one.change, one.is_changed) == (hours, change * HOUR, change != 0)


@pytest.mark.parametrize(
    ("window", "title", "first", "last"),
    [
        (week(date(2027, 10, 31), BERLIN), "25 – 31 October 2027", date(2027, 10, 25), date(2027, 10, 31)),
        (week(date(2027, 12, 1), BERLIN), "29 November – 5 December 2027", date(2027, 11, 29), date(2027, 12, 5)),
        (month(date(2027, 2, 9), BERLIN), "February 2027", date(2027, 2, 1), date(2027, 2, 28)),
        (month(date(2027, 10, 9), BERLIN), "October 2027", date(2027, 9, 27), date(2027, 10, 31)),
    ],
)
def test_a_window_has_whole_weeks(window: CalendarWindow, title: str, first: date, last: date) -> None:
    assert (window.title, window.days[0].date, window.days[-1].date) == (title, first, last)
    assert all(one.span.end == other.span.start for one, other in pairwise(window.days))


def test_a_day_that_a_zone_left_out_is_no_day() -> None:
    assert [one.date.day for one in week(date(2011, 12, 30), APIA).days] == [26, 27, 28, 29, 31, 1]


def test_months_follow_each_other() -> None:
    found = month(date(2027, 1, 31), BERLIN)
    assert (found.before, found.after) == (date(2026, 12, 1), date(2027, 2, 1))


@pytest.mark.parametrize(
    ("text", "first"), [("2027-10-31", "2027-10-25"), ("nonsense", "2027-05-31"), ("0001-01-01", "1999-12-27")]
)
def test_what_cannot_be_read_is_today_and_what_is_too_far_the_edge(text: str, first: str) -> None:
    assert str(chosen_window("week", text, BERLIN, TODAY).first) == first
    assert chosen_window("week", "9999-12-31", BERLIN, TODAY).first.year == 2036


def stint(user: UUID, start: int, end: int) -> Stint:
    return Stint(user, START + start * HOUR, START + end * HOUR)


def test_bars_are_cut_to_the_window_and_stand_in_real_time() -> None:
    entries = calendar_rows.on_call_entries([stint(ADA, -5, 6), stint(BEN, 6, 40)], {ADA: "Ada", BEN: "Ben"})
    first, second = calendar_rows.bars(entries, Span(START, START + 24 * HOUR), {ADA: 0, BEN: 1})
    assert (first.x, first.width, first.text) == (0, 25, "Ada")
    assert (second.x, second.width, second.colour) == (25, 75, 1)


hours = st.tuples(st.integers(-5, 30), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(hours, max_size=8))
def test_no_two_bars_of_a_row_overlap(spans: Sequence[tuple[int, int]]) -> None:
    entries = calendar_rows.on_call_entries([stint(ADA, *span) for span in spans], {ADA: "Ada"})
    found = calendar_rows.bars(entries, Span(START, START + 24 * HOUR), {})
    for one, other in pairwise(sorted(found, key=lambda bar: (bar.row, bar.span))):
        assert one.row != other.row or one.span.end <= other.span.start
