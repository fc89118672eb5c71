"""What an alert may do next, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tocsin.domain.escalation.policy import ResolvedStep


class EscalationReason(StrEnum):
    """Why an alert did what it did; the name stands in the timeline, in logs and in metrics."""

    FIRST_STEP = "first_step"
    DELAY_PASSED = "delay_passed"
    ESCALATED_BY_HAND = "escalated_by_hand"
    STEP_DELETED = "step_deleted"
    STEPS_ADDED = "steps_added"
    POLICY_CHANGED = "policy_changed"
    MAINTENANCE_OVER = "maintenance_over"
    LOOKED_AGAIN = "looked_again"
    ACKNOWLEDGEMENT_RAN_OUT = "acknowledgement_ran_out"
    ACK_TIMEOUT_CHANGED = "ack_timeout_changed"
    ROUNDS_USED_UP = "rounds_used_up"
    NOBODY_ON_CALL = "nobody_on_call"
    NO_STEPS = "no_steps"
    IN_MAINTENANCE = "in_maintenance"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    NOT_DUE = "not_due"
    NOTHING_TO_DO = "nothing_to_do"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step passed over since it would page nobody."""

    step_number: int
    unreachable: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Enter:
    """Enter a step: page who is on call for it, and look again after its delay."""

    reason: EscalationReason
    policy_id: UUID
    step: ResolvedStep
    step_number: int
    loop_count: int
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class FoundNobody:
    """A whole round of steps would page nobody: look again from step 0 after ``wait``, in round ``loop_count``."""

    policy_id: UUID
    wait: timedelta
    loop_count: int
    skipped: Sequence[Skipped]
    reason: EscalationReason = EscalationReason.NOBODY_ON_CALL


@dataclass(frozen=True, slots=True)
class Exhaust:
    """The policy is used up: no next escalation."""

    reason: EscalationReason
    policy_id: UUID
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """The policy is used up, and its catch-all policy takes over from its first step."""

    reason: EscalationReason
    policy_id: UUID
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Stand still in ``state`` until an event comes: steps are added, maintenance ends.

    ``enters_again``: its step is entered again then, not the next one, for an acknowledgement ran out meanwhile.
    """

    state: Literal["no_steps", "maintenance"]
    reason: EscalationReason
    policy_id: UUID
    enters_again: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """The alert is acknowledged or closed: end its cycles. ``until`` is when an acknowledgement runs out.

    The status is authoritative: a state that says something else follows it.
    """

    reason: EscalationReason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """An acknowledgement has run out: the alert is triggered again, and its step is entered again."""

    reason: EscalationReason = EscalationReason.ACKNOWLEDGEMENT_RAN_OUT


@dataclass(frozen=True, slots=True)
class Renew:
    """The time for acknowledgements has changed: this one now runs out at ``until`` (None: never)."""

    until: datetime | None
    reason: EscalationReason = EscalationReason.ACK_TIMEOUT_CHANGED


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do now; ``until`` is the next moment at which there may be."""

    reason: EscalationReason
    until: datetime | None = None


EscalationDecision = Enter | FoundNobody | Exhaust | HandOver | Hold | Stop | Reopen | Renew | Wait
