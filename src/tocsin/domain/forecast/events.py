"""What a forecast says: the events to come, in order of time, and why it says no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tocsin.domain.escalation.decisions import EscalationReason
from tocsin.domain.on_call.snapshot import OnCallCause


class EventKind(StrEnum):
    """What happens; the names are those of the timeline."""

    ESCALATED = "escalated"
    STEP_SKIPPED = "step_skipped"
    NOBODY_ON_CALL = "nobody_on_call"
    HANDED_OVER = "handed_over"
    EXHAUSTED = "exhausted"
    HELD = "held"
    REOPENED = "reopened"
    PAGE = "page"


class Ending(StrEnum):
    """Why a forecast says no more."""

    EXHAUSTED = "exhausted"
    NO_STEPS = "no_steps"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    HORIZON = "horizon"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Person:
    """A user on call for a step, and how they came to be. ``reachable``: there is a way to page them."""

    user_id: UUID
    reachable: bool
    because: Sequence[OnCallCause] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that would happen. What does not belong to its kind is None or empty.

    ``until``: when the next step is due, when the alert looks again, when what holds it ends. ``policy_id``: the policy
    of an entered step, or the one that takes over. ``bundled``: a later page to the same contact method, written in the
    same moment, goes out instead.
    """

    at: datetime
    kind: EventKind
    reason: EscalationReason | None = None
    policy_id: UUID | None = None
    step_number: int | None = None
    loop_count: int | None = None
    until: datetime | None = None
    people: Sequence[Person] = ()
    user_id: UUID | None = None
    contact_method_id: UUID | None = None
    rule_id: UUID | None = None
    channel_id: UUID | None = None
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen from ``at`` on, in order of time."""

    at: datetime
    ends_because: Ending
    events: Sequence[Event]
