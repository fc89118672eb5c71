"""What becomes of a heartbeat monitor, by what its pings said and the status that it had."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.heartbeats.decide import (
    HeartbeatReason,
    HeartbeatState,
    HeartbeatStatus,
    MonitorSnapshot,
    Pings,
    decide,
)
from tocsin.domain.heartbeats.expectation import Expectation

START = datetime(2027, 1, 4, tzinfo=UTC)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


INACTIVE = HeartbeatState(status="inactive", reason=HeartbeatReason.NEVER_PINGED, since=START)
UP = HeartbeatState(status="up", reason=HeartbeatReason.BEATS, since=START)
DOWN = HeartbeatState(status="down", reason=HeartbeatReason.MISSED, since=minute(12), alert_id=7)
FIVE_AND_GRACE = Expectation(timeout=timedelta(minutes=10), grace=timedelta(minutes=2))
LIMITED = replace(FIVE_AND_GRACE, run_limit=timedelta(minutes=30))


def monitor(
    state: HeartbeatState = UP, expectation: Expectation = FIVE_AND_GRACE, **pings: datetime
) -> MonitorSnapshot:
    return MonitorSnapshot(expectation=expectation, pings=Pings(**pings), state=state)


def test_a_monitor_that_nothing_has_pinged_waits_for_its_first_ping() -> None:
    decision = decide(monitor(INACTIVE), minute(1000))
    assert (decision.state, decision.next_change, decision.alert) == (INACTIVE, None, None)


def test_one_that_is_armed_counts_from_then_on() -> None:
    decision = decide(monitor(INACTIVE, armed_at=START), START)
    assert (decision.state.status, decision.next_change) == ("up", minute(12))
    assert decide(monitor(INACTIVE, armed_at=START), minute(12)).state.status == "down"


@pytest.mark.parametrize(
    ("number", "status", "shown"),
    [(9.9, "up", "up"), (10, "up", "late"), (11.9, "up", "late"), (12, "down", "down")],
)
def test_it_is_late_in_its_grace_and_down_after_it(number: float, status: HeartbeatStatus, shown: str) -> None:
    snapshot = monitor(last_ok_at=START)
    decision = decide(snapshot, minute(number))
    assert decision.state.status == status
    assert replace(snapshot, state=decision.state).status_at(minute(number)) == shown


def test_a_job_that_comes_late_writes_the_planned_moment() -> None:
    decision = decide(monitor(last_ok_at=START), minute(300))
    assert (decision.state.since, decision.state.reason, decision.alert) == (
        minute(12),
        HeartbeatReason.MISSED,
        "raise",
    )


def test_a_ping_after_the_deadline_and_before_the_job_counts() -> None:
    decision = decide(monitor(last_ok_at=minute(13)), minute(14))
    assert (decision.state.status, decision.next_change, decision.alert) == ("up", minute(25), None)


def test_down_ends_by_a_ping_and_its_alert_closes() -> None:
    decision = decide(monitor(DOWN, last_ok_at=minute(20)), minute(20))
    assert (decision.state.status, decision.state.since, decision.alert) == ("up", minute(20), "close")


def test_down_ends_by_arming() -> None:
    decision = decide(monitor(DOWN, last_ok_at=START, armed_at=minute(15)), minute(15))
    assert (decision.state.status, decision.alert) == ("up", "close")


def test_down_ends_neither_by_a_longer_timeout_nor_by_a_run_that_starts() -> None:
    longer = replace(FIVE_AND_GRACE, timeout=timedelta(days=1), run_limit=timedelta(days=1))
    decision = decide(monitor(DOWN, longer, last_ok_at=START, started_at=minute(13)), minute(14))
    assert (decision.state, decision.alert) == (DOWN, None)


def test_a_failure_is_down_at_once_and_stays_so_since_then() -> None:
    decision = decide(monitor(last_ok_at=START, failed_at=minute(3)), minute(3))
    assert (decision.state.reason, decision.state.since, decision.alert) == (HeartbeatReason.FAILED, minute(3), "raise")
    stored = replace(decision.state, alert_id=1)
    assert decide(monitor(stored, last_ok_at=START, failed_at=minute(3)), minute(99)).state == stored


def test_a_failure_while_it_is_down_changes_nothing() -> None:
    decision = decide(monitor(DOWN, last_ok_at=START, failed_at=minute(13)), minute(13))
    assert (decision.state, decision.alert) == (DOWN, None)


def test_a_first_ping_that_fails_is_down() -> None:
    assert decide(monitor(INACTIVE, failed_at=START), START).state.status == "down"


def test_a_run_may_take_its_limit_from_its_start() -> None:
    running = monitor(UP, LIMITED, last_ok_at=START, started_at=minute(11))
    assert decide(running, minute(40.9)).next_change == minute(41)
    decision = decide(running, minute(41))
    assert (decision.state.reason, decision.state.since) == (HeartbeatReason.RUNS_TOO_LONG, minute(41))


def test_a_run_without_a_limit_suspends_nothing() -> None:
    assert decide(monitor(last_ok_at=START, started_at=minute(9)), minute(12)).state.reason == HeartbeatReason.MISSED


def test_a_first_ping_that_says_a_run_starts_is_up() -> None:
    decision = decide(monitor(INACTIVE, LIMITED, started_at=START), START)
    assert (decision.state.status, decision.next_change) == ("up", minute(30))


def test_a_paused_monitor_is_not_watched_and_its_alert_closes() -> None:
    decision = decide(replace(monitor(DOWN, last_ok_at=START), paused=True), minute(14))
    assert (decision.state.status, decision.next_change, decision.alert) == ("paused", None, "close")


def test_a_muted_monitor_goes_down_without_an_alert_and_gets_it_when_it_is_no_longer_muted() -> None:
    muted = replace(monitor(last_ok_at=START), muted=True)
    decision = decide(muted, minute(12))
    assert (decision.state.status, decision.alert) == ("down", None)
    heard = replace(muted, muted=False, state=decision.state)
    assert decide(heard, minute(20)).alert == "raise"


def test_muting_leaves_the_alert_that_is_open() -> None:
    assert decide(replace(monitor(DOWN, last_ok_at=START), muted=True), minute(14)).alert is None


moments = st.one_of(st.none(), st.integers(0, 100).map(minute))


@given(
    st.builds(Pings, armed_at=moments, last_ok_at=moments, failed_at=moments, started_at=moments),
    st.sampled_from([INACTIVE, UP, DOWN]),
    st.sampled_from([FIVE_AND_GRACE, LIMITED, Expectation(cron="*/7 * * * *")]),
    st.booleans(),
    st.integers(0, 200).map(minute),
)
def test_deciding_again_at_the_same_moment_changes_nothing(
    pings: Pings, state: HeartbeatState, expectation: Expectation, paused: bool, now: datetime
) -> None:
    before = MonitorSnapshot(expectation=expectation, pings=pings, state=state, paused=paused)
    first = decide(before, now)
    alert_id = {"raise": 1, "close": None, None: first.state.alert_id}[first.alert]
    again = decide(replace(before, state=replace(first.state, alert_id=alert_id)), now)
    assert (again.state.status, again.state.since, again.next_change, again.alert) == (
        first.state.status,
        first.state.since,
        first.next_change,
        None,
    )
    assert first.next_change is None or first.next_change > now
