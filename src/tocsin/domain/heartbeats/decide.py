"""What becomes of a heartbeat monitor: its status, whether it has an alert, and when it changes next by itself."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from tocsin.domain.heartbeats.expectation import UNREADABLE, Expectation

WAKES_EVERY = timedelta(milliseconds=250)
"""Monitors are looked at only at multiples of this, so that those whose deadlines are close are looked at together."""

# A job that runs so long after the deadline of its monitor shows that no engine ran: probably nobody took pings either.
_LOOKED_TOO_LATE = timedelta(minutes=1)
_LONGEST_EXCUSE = timedelta(minutes=10)

HeartbeatStatus = Literal["inactive", "up", "down", "paused"]
ShownStatus = Literal["inactive", "up", "late", "down", "paused"]
AlertStep = Literal["raise", "close"]


class HeartbeatReason(StrEnum):
    """Why a monitor has its status; the name stands in logs, metrics and its history."""

    NEVER_PINGED = "never_pinged"
    BEATS = "beats"
    MISSED = "missed"
    FAILED = "failed"
    RUNS_TOO_LONG = "runs_too_long"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings:
    """What the pings have said. ``armed_at``: from when the monitor counts, whether one has come or not.

    ``failed_at`` is when the last run failed; None when it did not. ``started_at`` is when the run began that has not
    ended.
    """

    armed_at: datetime | None = None
    last_ok_at: datetime | None = None
    failed_at: datetime | None = None
    started_at: datetime | None = None

    @property
    def counts_from(self) -> datetime | None:
        """The last moment at which all was well."""
        return max((at for at in (self.armed_at, self.last_ok_at) if at is not None), default=None)

    @property
    def failure(self) -> datetime | None:
        """When the last run failed, unless the monitor was armed since."""
        return self._since_armed(self.failed_at)

    @property
    def run(self) -> datetime | None:
        """When the run began that has not ended, unless the monitor was armed since."""
        return self._since_armed(self.started_at)

    def _since_armed(self, at: datetime | None) -> datetime | None:
        return None if at is not None and self.armed_at is not None and at < self.armed_at else at


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a monitor goes down and why. Its ping is expected at ``expected_at``, which is earlier by the grace."""

    at: datetime
    reason: HeartbeatReason
    expected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatState:
    """A monitor's status, as its row says. ``alert_id``: the alert that was raised because it is down."""

    status: HeartbeatStatus
    reason: HeartbeatReason
    since: datetime
    alert_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSnapshot:
    """A monitor and its pings as of one moment."""

    expectation: Expectation
    pings: Pings
    state: HeartbeatState
    paused: bool = False
    muted: bool = False

    @property
    def deadline(self) -> Deadline | None:
        """When it goes down unless something comes; None when it is not watched, is down, or cannot be read."""
        if self.paused or self.state.status == "down":
            return None
        try:
            return deadline(self.expectation, self.pings)
        except UNREADABLE:
            return None

    def status_at(self, now: datetime) -> ShownStatus:
        """Its status as people see it, late among them."""
        due = self.deadline
        if self.state.status == "up" and due is not None and due.expected_at <= now:
            return "late"
        return self.state.status


@dataclass(frozen=True, slots=True)
class HeartbeatDecision:
    """A monitor's new state, when it goes down unless a ping comes, and what to do about its alert."""

    state: HeartbeatState
    deadline: Deadline | None = None
    alert: AlertStep | None = None

    @property
    def next_change(self) -> datetime | None:
        """When to look again, shortly after its deadline; None: not before an event."""
        return None if self.deadline is None else _next_look(self.deadline.at)


def deadline(expectation: Expectation, pings: Pings) -> Deadline | None:
    """When a monitor that is not down goes down; None while no ping has come and nobody has armed it.

    A run that began in time has its limit as the deadline, instead of the next expected ping.
    """
    counts_from = pings.counts_from or pings.run
    if counts_from is None:
        return None
    expected = expectation.next_after(counts_from)
    missed = Deadline(expected + expectation.grace, HeartbeatReason.MISSED, expected)
    if pings.run is None or expectation.run_limit is None or pings.run > missed.at:
        return missed
    ends = pings.run + expectation.run_limit
    return Deadline(ends, HeartbeatReason.RUNS_TOO_LONG, ends)


def excuse(
    expectation: Expectation, planned_look: datetime | None, now: datetime, former: datetime | None
) -> datetime | None:
    """Until when a monitor's silence is not held against it; None when it has no excuse.

    A job that runs more than a minute after it was planned excuses the monitor for the time between two of its pings,
    ten minutes at most. Otherwise the ``former`` excuse stays.
    """
    if planned_look is None or now - planned_look <= _LOOKED_TOO_LATE:
        return former
    return now + min(expectation.timeout or _LONGEST_EXCUSE, _LONGEST_EXCUSE)


def decide(monitor: MonitorSnapshot, now: datetime, excused_until: datetime | None = None) -> HeartbeatDecision:
    """What becomes of the monitor at ``now``. Until ``excused_until`` it does not go down for its silence.

    A job that comes late writes the planned moment: a monitor is down since its deadline. A ping that came after the
    deadline and before the job counts: whatever is up again raises no alert. Down ends by a ping, or by arming; neither
    a run that starts nor a change of what is expected ends it.
    """
    status, reason, since, due = _status(monitor, now, excused_until)
    before = monitor.state
    if (status, reason) == (before.status, before.reason) or status == before.status == "down":
        reason, since = before.reason, before.since
    state = HeartbeatState(status=status, reason=reason, since=since, alert_id=before.alert_id)
    return HeartbeatDecision(state, due, _alert_step(monitor, status))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Status = tuple[HeartbeatStatus, HeartbeatReason, datetime, Deadline | None]


def _next_look(at: datetime) -> datetime:
    return at + -(at - _EPOCH) % WAKES_EVERY


def _status(monitor: MonitorSnapshot, now: datetime, excused_until: datetime | None) -> _Status:
    pings = monitor.pings
    if monitor.paused:
        return "paused", HeartbeatReason.PAUSED, now, None
    if pings.failure is not None:
        return "down", HeartbeatReason.FAILED, pings.failure, None
    if monitor.state.status == "down" and not _has_recovered(monitor):
        return "down", monitor.state.reason, monitor.state.since, None
    due = deadline(monitor.expectation, pings)
    if due is None:
        return "inactive", HeartbeatReason.NEVER_PINGED, now, None
    if due.at <= now and excused_until is not None and excused_until > now:
        due = replace(due, at=excused_until)
    if due.at <= now:
        return "down", due.reason, due.at, None
    return "up", HeartbeatReason.BEATS, pings.counts_from or now, due


def _has_recovered(monitor: MonitorSnapshot) -> bool:
    """Whether a monitor that is down has been pinged or armed since."""
    counts_from = monitor.pings.counts_from
    return counts_from is not None and counts_from >= monitor.state.since


def _alert_step(monitor: MonitorSnapshot, status: HeartbeatStatus) -> AlertStep | None:
    has_alert = monitor.state.alert_id is not None
    if status == "down":
        return None if has_alert or monitor.muted else "raise"
    return "close" if has_alert else None
