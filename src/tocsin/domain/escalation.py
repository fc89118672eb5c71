"""Where an open alert goes next on its escalation policy.

An alert's row says where it stands; ``decide`` says what to do about it now, and why. It is called whenever anything
may have changed, so most answers are "nothing yet". The states of the row:

    new ──enter──▶ escalating ──delay passed──▶ escalating … ──last round over──▶ exhausted
     │                │  ▲                                                            │
     │                │  └────────── escalate now, steps or policy changed ───────────┤
     ├─ no steps ─▶ no_steps        (waits for steps)                                 │
     ├─ held ─────▶ maintenance     (waits for its end)                               │
     └─ nobody on call anywhere ─▶ nobody  (looks again after one round)              │
    any ──acknowledge──▶ acknowledged ──escalate now──▶ escalating        any ──close──▶ (no row)

Rules A1 to A10 and M1 of the design. Steps count from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

IfNobody = Literal["skip", "wait"]
AckBy = Literal["anyone", "everyone"]
Status = Literal["triggered", "acknowledged", "closed"]
State = Literal["new", "escalating", "nobody", "exhausted", "no_steps", "maintenance", "acknowledged"]


STATES_HELD: frozenset[State] = frozenset({"new", "escalating", "nobody", "maintenance"})
"""Where a maintenance holds an alert; in the others nothing would move anyway."""


class Reason(StrEnum):
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
class OnCallUser:
    """A user on call for a step. ``reachable``: some enabled contact method has a notification rule."""

    id: UUID
    reachable: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step and whom it would page now."""

    id: UUID
    delay: timedelta
    users: Sequence[OnCallUser] = ()
    channels: Sequence[UUID] = ()
    if_nobody: IfNobody = "skip"
    ack_by: AckBy = "anyone"

    @property
    def pages_somebody(self) -> bool:
        return bool(self.channels) or any(user.reachable for user in self.users)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its steps in order, the rounds after the first (None: for ever), and who takes over after them."""

    id: UUID
    repeat: int | None
    steps: Sequence[Step]
    catch_all_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands, as its row says. ``policy_id`` is None when what it has climbed no longer counts (A7).

    ``caught``: it stands on the catch-all of its service's policy. ``forced_step`` is the step that was asked for.
    ``acknowledgement_ends``: by what its service says now; ``next_escalation`` holds what it said before.
    """

    status: Status
    state: State
    policy_id: UUID | None
    step_id: UUID | None = None
    step_number: int | None = None
    loop_count: int = 0
    next_escalation: datetime | None = None
    forced: bool = False
    forced_step: UUID | None = None
    caught: bool = False
    maintenance_until: datetime | None = None
    acknowledgement_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step passed over since it would page nobody."""

    step_number: int
    unreachable: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Enter:
    """Enter a step: page who is on call for it, and look again after its delay."""

    reason: Reason
    policy_id: UUID
    step: Step
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
    reason: Reason = Reason.NOBODY_ON_CALL


@dataclass(frozen=True, slots=True)
class Exhaust:
    """The policy is used up: no next escalation."""

    reason: Reason
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """The policy is used up, and its catch-all policy takes over from its first step."""

    reason: Reason
    policy_id: UUID
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Stand still in ``state`` until an event comes: steps are added, maintenance ends.

    ``enters_again``: its step is entered again then, not the next one, for an acknowledgement ran out meanwhile.
    """

    state: Literal["no_steps", "maintenance"]
    reason: Reason
    enters_again: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody has it, or it is closed: end what still pages. ``until`` is when an acknowledgement runs out."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """An acknowledgement has run out: the alert is triggered again, and its step is entered again."""

    reason: Reason = Reason.ACKNOWLEDGEMENT_RAN_OUT


@dataclass(frozen=True, slots=True)
class Renew:
    """The time for acknowledgements has changed: this one now runs out at ``until`` (None: never)."""

    until: datetime | None
    reason: Reason = Reason.ACK_TIMEOUT_CHANGED


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do now; ``until`` is the next moment at which there may be."""

    reason: Reason
    until: datetime | None = None


Decision = Enter | FoundNobody | Exhaust | HandOver | Hold | Stop | Reopen | Renew | Rest


def decide(alert: Standing, policy: Policy, now: datetime) -> Decision:
    """What the alert does at ``now`` on ``policy``: the one that its service has now, or the catch-all of that."""
    if alert.status == "closed":
        return Stop(Reason.CLOSED)
    if alert.status == "acknowledged":
        return _acknowledged(alert, now)
    due = _due(alert, policy, now)
    if due is None:
        if alert.next_escalation is not None:
            return Rest(Reason.NOT_DUE, alert.next_escalation)
        return Rest(Reason.NOTHING_TO_DO)
    stays = due is not Reason.POLICY_CHANGED  # a held alert takes note of its new policy, and forgets its old step
    if not policy.steps:
        return Rest(Reason.NO_STEPS) if stays and alert.state == "no_steps" else Hold("no_steps", Reason.NO_STEPS)
    if alert.maintenance_until is not None and alert.maintenance_until > now:
        if stays and alert.state == "maintenance" and alert.next_escalation is None:
            return Rest(Reason.IN_MAINTENANCE)
        return Hold("maintenance", Reason.IN_MAINTENANCE, due is Reason.ACKNOWLEDGEMENT_RAN_OUT)
    return _walk(alert, policy, due)


def _acknowledged(alert: Standing, now: datetime) -> Stop | Reopen | Renew:
    if alert.state != "acknowledged":
        return Stop(Reason.ACKNOWLEDGED)
    ends = alert.acknowledgement_ends
    if ends != alert.next_escalation:
        return Renew(ends)
    return Reopen() if ends is not None and ends <= now else Stop(Reason.ACKNOWLEDGED, ends)


def _due(alert: Standing, policy: Policy, now: datetime) -> Reason | None:
    """Why the alert should move now, or None."""
    if alert.policy_id != policy.id:
        return Reason.POLICY_CHANGED
    if alert.forced:
        return Reason.ESCALATED_BY_HAND
    if alert.state == "no_steps":
        return Reason.STEPS_ADDED
    if alert.state == "maintenance":
        return Reason.MAINTENANCE_OVER
    if _step_is_gone(alert, policy):
        return Reason.STEP_DELETED
    if alert.state == "nobody" and any(step.pages_somebody for step in policy.steps):
        return Reason.LOOKED_AGAIN
    if alert.next_escalation is None or alert.next_escalation > now:
        return None
    return _reason_when_time_is_up(alert)


def _reason_when_time_is_up(alert: Standing) -> Reason:
    if alert.state == "acknowledged":
        return Reason.ACKNOWLEDGEMENT_RAN_OUT
    if alert.state == "nobody":
        return Reason.LOOKED_AGAIN
    return Reason.FIRST_STEP if alert.step_number is None else Reason.DELAY_PASSED


def _step_is_gone(alert: Standing, policy: Policy) -> bool:
    """Of an exhausted alert, whether all are gone: steps that come later start it then."""
    if alert.state == "exhausted":
        return not policy.steps
    return alert.step_number is not None and _index(alert, policy) is None


def _index(alert: Standing, policy: Policy) -> int | None:
    """Where the alert's step stands in the policy now: it may have moved since it was entered."""
    return next((n for n, step in enumerate(policy.steps) if step.id == alert.step_id), None)


def _walk(alert: Standing, policy: Policy, reason: Reason) -> Decision:
    """Go to the first step from the next one on that pages somebody, or waits although it pages nobody.

    Rounds are counted where one begins: a round that was begun by hand beyond ``repeat`` is climbed to its end.
    """
    number, loop = _next_position(alert, policy, reason)
    skipped: list[Skipped] = []
    for _ in policy.steps:
        if number == len(policy.steps):
            number, loop = 0, loop + 1
            if not alert.forced and policy.repeat is not None and loop > policy.repeat:
                return _used_up(alert, policy, Reason.ROUNDS_USED_UP, skipped)
        step = policy.steps[number]
        if step.pages_somebody or step.if_nobody == "wait":
            return Enter(reason, policy.id, step, number, loop, skipped)
        skipped.append(Skipped(number, [user.id for user in step.users]))
        number += 1
    next_loop = loop + 1 if number == len(policy.steps) else loop
    return _nobody(alert, policy, next_loop, skipped)


def _next_position(alert: Standing, policy: Policy, reason: Reason) -> tuple[int, int]:
    """The step to try first and its round. One past the last step stands for the first step of the next round."""
    if (wanted := _wanted(alert, policy)) is not None:
        return wanted, alert.loop_count if alert.policy_id == policy.id else 0
    if reason is Reason.POLICY_CHANGED or alert.step_number is None:
        return 0, (0 if reason is Reason.POLICY_CHANGED else alert.loop_count)
    current = _index(alert, policy)
    if current is not None:
        return current + (reason is not Reason.ACKNOWLEDGEMENT_RAN_OUT), alert.loop_count
    return (alert.step_number if alert.step_number < len(policy.steps) else 0), alert.loop_count


def _wanted(alert: Standing, policy: Policy) -> int | None:
    """Where the step stands that was asked for by hand."""
    if not alert.forced or alert.forced_step is None:
        return None
    return next((n for n, step in enumerate(policy.steps) if step.id == alert.forced_step), None)


def _nobody(alert: Standing, policy: Policy, next_loop: int, skipped: Sequence[Skipped]) -> Decision:
    """A round of skips is a round used up; a further one is worth a look when the steps' time has passed."""
    if policy.repeat is not None and next_loop > policy.repeat:
        return _used_up(alert, policy, Reason.NOBODY_ON_CALL, skipped)
    wait = sum((step.delay for step in policy.steps), timedelta())
    return FoundNobody(policy.id, wait, next_loop, skipped)


def _used_up(alert: Standing, policy: Policy, reason: Reason, skipped: Sequence[Skipped]) -> Decision:
    if policy.catch_all_id is not None and not alert.caught:
        return HandOver(reason, policy.catch_all_id, skipped)
    return Exhaust(reason, skipped)
