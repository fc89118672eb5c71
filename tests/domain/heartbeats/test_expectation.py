"""When a ping is expected: periods, and cron expressions over changes of the clocks."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.heartbeats.expectation import Expectation, check_cron, next_of_cron

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_period_counts_from_the_last_ping() -> None:
    assert Expectation(timeout=timedelta(minutes=5)).next_after(at("2027-01-04T00:00:30Z")) == at(
        "2027-01-04T00:05:30Z"
    )


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("0 3 * * *", "2027-01-04T03:00:00+01:00", "2027-01-05T03:00:00+01:00"),
        ("0 3 * * *", "2027-01-04T02:59:59.999+01:00", "2027-01-04T03:00:00+01:00"),
        ("*/15 * * * *", "2027-01-04T03:00:00+01:00", "2027-01-04T03:15:00+01:00"),
        ("0 9 * * MON-FRI", "2027-01-08T10:00:00+01:00", "2027-01-11T09:00:00+01:00"),
        ("0 0 L * *", "2027-02-01T00:00:00+01:00", "2027-02-28T00:00:00+01:00"),
        # Clocks go from 2:00 to 3:00 on 28 March: what stands in the gap runs right after it.
        ("30 2 * * *", "2027-03-27T12:00:00+01:00", "2027-03-28T03:00:00+02:00"),
        ("30 2 * * *", "2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"),
        ("0 * * * *", "2027-03-28T01:00:00+01:00", "2027-03-28T03:00:00+02:00"),
        # Clocks go from 3:00 back to 2:00 on 31 October: a daily job runs once, an hourly one in both hours.
        ("30 2 * * *", "2027-10-30T12:00:00+02:00", "2027-10-31T02:30:00+02:00"),
        ("30 2 * * *", "2027-10-31T02:30:00+02:00", "2027-11-01T02:30:00+01:00"),
        ("45 2 * * *", "2027-10-31T02:30:00+01:00", "2027-11-01T02:45:00+01:00"),
        ("0 * * * *", "2027-10-31T02:00:00+02:00", "2027-10-31T02:00:00+01:00"),
    ],
)
def test_a_cron_expression_follows_the_clocks_of_its_zone(expression: str, after: str, expected: str) -> None:
    assert next_of_cron(expression, at(after), BERLIN) == at(expected)


@given(
    st.integers(0, 4 * 365 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.integers(0, 59),
    st.integers(0, 23),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_the_next_time_is_later_and_no_later_one_is_skipped(after: datetime, minute: int, hour: int, zone: str) -> None:
    expression = f"{minute} {hour} * * *"
    following = next_of_cron(expression, after, ZoneInfo(zone))
    assert timedelta(0) < following - after <= timedelta(hours=49)
    between = after + (following - after) / 2
    assert next_of_cron(expression, between, ZoneInfo(zone)) == following


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("0 3 * *", "must have five fields: minute, hour, day of month, month, day of week"),
        ("* * * * * *", "must have five fields: minute, hour, day of month, month, day of week"),
        ("60 3 * * *", "is no cron expression (bad minute)"),
        ("0 3 30 2 *", "is no cron expression (bad day-of-month)"),
        ("0 3 * 2 MON#9", "is no cron expression (bad day-of-week)"),
        ("@daily", "must have five fields: minute, hour, day of month, month, day of week"),
        ("\0 3 * * *", "is no cron expression (bad minute)"),
    ],
)
def test_what_is_no_cron_expression_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_cron(expression)


def test_either_a_period_or_a_cron_expression_is_given() -> None:
    both = Expectation(timeout=timedelta(minutes=1), cron="0 3 * * *")
    assert [field for field, _ in both.errors()] == ["timeout_seconds"]
    assert [field for field, _ in Expectation().errors()] == ["timeout_seconds"]
    assert list(Expectation(cron="0 3 * * *").errors()) == []
