"""Days, hours and nights of a report, over changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.report_hours import Stretch

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia")]


def utc(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 28, 24), (3, 29, 23), (10, 25, 25)])
def test_a_day_has_as_many_hours_as_its_clocks_show(month: int, day: int, hours: int) -> None:
    stretch = Stretch(date(2026, month, day), date(2026, month, day), BERLIN)
    assert len(stretch.hours()) == hours


def test_nights_run_over_midnight_and_are_cut_at_the_ends() -> None:
    nights = Stretch(date(2026, 3, 28), date(2026, 3, 29), BERLIN).nights()
    assert [tuple(night) for night in nights] == [
        (utc(27, 23), utc(28, 6)),
        (utc(28, 21), utc(29, 5)),
        (utc(29, 20), utc(29, 22)),
    ]


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(0, 8), st.sampled_from(ZONES))
def test_hours_fill_the_span_without_a_gap(first: date, more: int, zone: ZoneInfo) -> None:
    stretch = Stretch(first, first + timedelta(days=more), zone)
    starts = [hour.start for hour in stretch.hours()]
    steps = [after - before for before, after in zip(starts, [*starts[1:], stretch.span.end], strict=True)]
    assert all(timedelta(0) < step <= timedelta(hours=1) for step in steps)
    assert starts[:1] == ([stretch.span.start] if starts else [])
    assert all(stretch.span.start <= night.start < night.end <= stretch.span.end for night in stretch.nights())
