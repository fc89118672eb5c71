"""What people may do to an alert as it stands, and why not (A4, A5). Whose alert it is: see ``rights``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tocsin.domain.escalation.state import AlertStatus, State


@dataclass(frozen=True, slots=True)
class Seen:
    """What the caller last saw of an escalation; None is not compared."""

    version: int | None = None
    escalation_count: int | None = None


@dataclass(frozen=True, slots=True)
class EscalationFacts:
    """What decides whether an alert can be escalated by hand. A closed one has no state, count or version any more.

    The policy is its service's, or the catch-all of that once it has taken over. ``held_until`` is when the maintenance
    that holds the alert ends; one that lets the alert pass is none.
    """

    status: AlertStatus
    state: State | None
    step_number: int | None
    escalation_count: int | None
    version: int | None
    held_until: datetime | None
    has_steps: bool


@dataclass(frozen=True, slots=True)
class EscalationRefusal:
    """Why an alert cannot be escalated by hand. ``until`` is when the maintenance ends."""

    why: Literal["closed", "moved_on", "in_maintenance", "no_steps"]
    text: str
    until: datetime | None = None

    def sentence(self, show: Callable[[datetime], str]) -> str:
        return self.text if self.until is None else f"{self.text} until {show(self.until)}"


def refuse_action(status: AlertStatus) -> str | None:
    """Why nobody can acknowledge, snooze or escalate the alert whatever its policy says; None when they can."""
    return "the alert is closed" if status == "closed" else None


def refuse_escalation(alert: EscalationFacts, seen: Seen) -> EscalationRefusal | None:
    """Why the alert cannot enter its next step at once; None when it can."""
    if closed := refuse_action(alert.status):
        return EscalationRefusal("closed", closed)
    if seen.version not in (None, alert.version) or seen.escalation_count not in (None, alert.escalation_count):
        return EscalationRefusal("moved_on", f"the alert has moved on: {_position(alert)}")
    if alert.held_until is not None:
        return EscalationRefusal("in_maintenance", "the service is in maintenance", alert.held_until)
    if not alert.has_steps:
        return EscalationRefusal("no_steps", "the service's escalation policy has no steps")
    return None


def _position(alert: EscalationFacts) -> str:
    if alert.state == "acknowledged":
        return "it is acknowledged now"
    if alert.step_number is None:
        return "it is at no step now"
    return f"it is at step {alert.step_number + 1} now"
