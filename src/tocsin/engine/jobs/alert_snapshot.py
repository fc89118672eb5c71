"""An alert as its job reads it, and what it is to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

import asyncpg

from tocsin.domain import maintenance
from tocsin.domain.escalation.decisions import (
    Enter,
    EscalationDecision,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Stop,
    Wait,
)
from tocsin.domain.escalation.state import EscalationState
from tocsin.engine.jobs.policy import PolicySnapshot
from tocsin.engine.queue.job import Outcome
from tocsin.store import row_mapping


@dataclass(frozen=True, slots=True)
class AlertSnapshot:
    """An alert and all that decides about it, as of one moment. ``version`` is None when it is closed.

    ``caught_from``: its service's policy, when ``policy_id`` is the catch-all of that and has taken over.
    """

    id: int
    state: EscalationState
    policy_id: UUID
    caught_from: UUID | None
    version: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to become of an alert, and the policy that says so."""

    alert: AlertSnapshot
    found: PolicySnapshot
    decision: EscalationDecision

    @property
    def meets_stale_mirror(self) -> bool:
        """Whether the alert is to enter a step of which the mirror does not say whom it pages."""
        return isinstance(self.decision, Enter) and not self.found.steps[self.decision.step.id].is_mirrored

    @property
    def outcome(self) -> Outcome:
        """What a run comes to that carries the decision out."""
        alert, decision = self.alert, self.decision
        due, acted = alert.state.next_escalation, alert.now
        match decision:
            case Wait(reason=reason, until=until) | Stop(reason=reason, until=until):
                return Outcome(reason, wake_at=until)
            case FoundNobody():
                # Who has come since it was read saw no alert that waits for them, so it looks once more.
                return Outcome(decision.reason, due=due, acted=acted, wake_at=acted)
            case Enter() | Exhaust() | HandOver() | Reopen():
                return Outcome(decision.reason, due=due, acted=acted)
            case Hold() | Renew():
                return Outcome(decision.reason)
            case _:
                assert_never(decision)


def snapshot_of(row: asyncpg.Record) -> AlertSnapshot:
    """The alert in a row of the statement ``load``."""
    return AlertSnapshot(row["id"], _state(row), row["policy_id"], row["caught_from"], row["version"], row["now"])


def _state(row: asyncpg.Record) -> EscalationState:
    if row["version"] is None:
        return EscalationState(status="closed", state="new", policy_id=row["policy_id"])
    return row_mapping.escalation_state(row, maintenance.holds(row, row["now"]))
