"""Days, weeks and months of a zone."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tocsin.web.kit.days import CalendarWindow, chosen_window, day, month, week

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
TODAY = date(2027, 6, 1)
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
