"""What a monitor was, day by day."""

from datetime import UTC, datetime, timedelta

from tocsin.domain.heartbeats.history import HeartbeatStint, HistoryStatus, by_day
from tocsin.domain.spans import Span

MONDAY = datetime(2027, 1, 4, tzinfo=UTC)
DAYS = [Span(MONDAY + timedelta(days=n), MONDAY + timedelta(days=n + 1)) for n in range(4)]


def hour(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def stint(status: HistoryStatus, start: float, end: float | None) -> HeartbeatStint:
    return HeartbeatStint(status, "", hour(start), None if end is None else hour(end))


def test_a_day_has_its_share_of_each_time_and_counts_what_began_before() -> None:
    stints = [stint("up", -30, 20), stint("down", 20, 26), stint("up", 26, 50), stint("paused", 50, None)]
    days = list(by_day(stints, DAYS, hour(80)))
    assert [day.status for day in days] == ["down", "down", "up", "paused"]
    assert [day.up / timedelta(hours=1) for day in days] == [20, 22, 2, 0]
    assert [day.down / timedelta(hours=1) for day in days] == [4, 2, 0, 0]


def test_days_before_the_first_ping_and_after_now_were_not_watched() -> None:
    days = list(by_day([stint("up", 30, None)], DAYS, hour(40)))
    assert [day.status for day in days] == [None, "up", None, None]
    assert days[1].up == timedelta(hours=10)


def test_an_outage_of_a_moment_counts() -> None:
    assert next(by_day([stint("down", 3, 3)], DAYS, hour(4))).outages == 1
