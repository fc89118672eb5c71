"""What an open alert does now, on its escalation policy (A1 to A10, M1). Steps count from 0."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.domain.escalation.decisions import (
    Enter,
    EscalationDecision,
    EscalationReason,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Skipped,
    Stop,
    Wait,
)
from tocsin.domain.escalation.policy import ResolvedPolicy
from tocsin.domain.escalation.rounds import begins_by_itself
from tocsin.domain.escalation.state import EscalationState


def decide(alert: EscalationState, policy: ResolvedPolicy, now: datetime) -> EscalationDecision:
    """What the alert does at ``now`` on ``policy``: its service's policy now, or the catch-all of that policy."""
    if alert.status == "closed":
        return Stop(EscalationReason.CLOSED)
    if alert.status == "acknowledged":
        return _acknowledged(alert, now)
    due = _due(alert, policy, now)
    if due is None:
        if alert.next_escalation is not None:
            return Wait(EscalationReason.NOT_DUE, alert.next_escalation)
        return Wait(EscalationReason.NOTHING_TO_DO)
    stays = (
        due is not EscalationReason.POLICY_CHANGED
    )  # a held alert takes note of its new policy, and forgets its old step
    if not policy.steps:
        is_held = stays and alert.state == "no_steps"
        return Wait(EscalationReason.NO_STEPS) if is_held else Hold("no_steps", EscalationReason.NO_STEPS, policy.id)
    if alert.maintenance_until is not None and alert.maintenance_until > now:
        if stays and alert.state == "maintenance" and alert.next_escalation is None:
            return Wait(EscalationReason.IN_MAINTENANCE)
        return Hold(
            "maintenance", EscalationReason.IN_MAINTENANCE, policy.id, due is EscalationReason.ACKNOWLEDGEMENT_RAN_OUT
        )
    return _next_step(alert, policy, due)


def _acknowledged(alert: EscalationState, now: datetime) -> Stop | Reopen | Renew:
    ends = alert.acknowledgement_ends
    if alert.state != "acknowledged":
        return Stop(EscalationReason.ACKNOWLEDGED, ends)
    if ends != alert.next_escalation:
        return Renew(ends)
    return Reopen() if ends is not None and ends <= now else Stop(EscalationReason.ACKNOWLEDGED, ends)


def unprompted(alert: EscalationState, policy: ResolvedPolicy, now: datetime) -> EscalationReason | None:
    """Why the alert has to move although its moment has not come: somebody has changed what decides about it.

    None when nothing has to, when its moment has come, and for what only waits for an event (steps, a maintenance).
    """
    decision = decide(alert, policy, now)
    if isinstance(decision, Wait) or (alert.next_escalation is not None and alert.next_escalation <= now):
        return None
    if alert.status == "triggered":
        cause = _due(alert, policy, now)
        return cause if cause not in (EscalationReason.STEPS_ADDED, EscalationReason.MAINTENANCE_OVER) else None
    follows = decision.reason is EscalationReason.ACKNOWLEDGED and alert.state == "acknowledged"
    return None if follows else decision.reason


def _due(alert: EscalationState, policy: ResolvedPolicy, now: datetime) -> EscalationReason | None:
    """Why the alert should move now, or None."""
    if _is_delayed(alert, now):
        return None
    if alert.policy_id != policy.id:
        return EscalationReason.POLICY_CHANGED
    if alert.forced:
        return EscalationReason.ESCALATED_BY_HAND
    if alert.state == "no_steps":
        return EscalationReason.STEPS_ADDED
    if alert.state == "maintenance":
        return EscalationReason.MAINTENANCE_OVER
    if _step_is_gone(alert, policy):
        return EscalationReason.STEP_DELETED
    if alert.state == "nobody" and any(step.pages_somebody for step in policy.steps):
        return EscalationReason.LOOKED_AGAIN
    if alert.state == "acknowledged":
        return EscalationReason.ACKNOWLEDGEMENT_RAN_OUT  # it is triggered again, whatever moment the state names
    if alert.next_escalation is None or alert.next_escalation > now:
        return None
    return _reason_when_time_is_up(alert)


def _is_delayed(alert: EscalationState, now: datetime) -> bool:
    """Whether the alert still waits before its first step, as a routing rule says, whatever its policy is meanwhile."""
    waits = alert.state == "new" and alert.next_escalation is not None and alert.next_escalation > now
    return waits and not alert.forced


def _reason_when_time_is_up(alert: EscalationState) -> EscalationReason:
    if alert.state == "nobody":
        return EscalationReason.LOOKED_AGAIN
    return EscalationReason.FIRST_STEP if alert.step_number is None else EscalationReason.DELAY_PASSED


def _step_is_gone(alert: EscalationState, policy: ResolvedPolicy) -> bool:
    """Whether an exhausted alert's policy has no steps any more; steps that are added later start the alert again."""
    if alert.state == "exhausted":
        return not policy.steps
    return alert.step_number is not None and _index(alert, policy) is None


def _index(alert: EscalationState, policy: ResolvedPolicy) -> int | None:
    """The place of the alert's step in the policy now: the step may have moved since the alert entered it."""
    return next((n for n, step in enumerate(policy.steps) if step.id == alert.step_id), None)


def _next_step(alert: EscalationState, policy: ResolvedPolicy, reason: EscalationReason) -> EscalationDecision:
    """Go to the first step from the next one on that pages somebody, or waits although it pages nobody.

    Rounds are counted where one begins: a round that was begun by hand beyond ``repeat`` is climbed to its end.
    """
    number, loop = _next_position(alert, policy, reason)
    skipped: list[Skipped] = []
    for _ in policy.steps:
        if number == len(policy.steps):
            number, loop = 0, loop + 1
            if not alert.forced and not begins_by_itself(policy.repeat, loop):
                return _used_up(alert, policy, EscalationReason.ROUNDS_USED_UP, skipped)
        step = policy.steps[number]
        if step.pages_somebody or step.if_nobody == "wait":
            return Enter(reason, policy.id, step, number, loop, skipped)
        skipped.append(Skipped(number, [user.id for user in step.users]))
        number += 1
    next_loop = loop + 1 if number == len(policy.steps) else loop
    return _nobody(alert, policy, next_loop, skipped)


def _next_position(alert: EscalationState, policy: ResolvedPolicy, reason: EscalationReason) -> tuple[int, int]:
    """The step to try first and its round. One past the last step stands for the first step of the next round."""
    if (wanted := _wanted(alert, policy)) is not None:
        return wanted, alert.loop_count if alert.policy_id == policy.id else 0
    if reason is EscalationReason.POLICY_CHANGED or alert.step_number is None:
        return 0, (0 if reason is EscalationReason.POLICY_CHANGED else alert.loop_count)
    current = _index(alert, policy)
    if current is not None:
        return current + (reason is not EscalationReason.ACKNOWLEDGEMENT_RAN_OUT), alert.loop_count
    return (alert.step_number if alert.step_number < len(policy.steps) else 0), alert.loop_count


def _wanted(alert: EscalationState, policy: ResolvedPolicy) -> int | None:
    """The place of the step that was asked for by hand."""
    if not alert.forced or alert.forced_step is None:
        return None
    return next((n for n, step in enumerate(policy.steps) if step.id == alert.forced_step), None)


def _nobody(
    alert: EscalationState, policy: ResolvedPolicy, next_loop: int, skipped: Sequence[Skipped]
) -> EscalationDecision:
    """Count the round, all of whose steps were skipped; the alert tries the next one when their delays have passed."""
    if not begins_by_itself(policy.repeat, next_loop):
        return _used_up(alert, policy, EscalationReason.NOBODY_ON_CALL, skipped)
    wait = sum((step.delay for step in policy.steps), timedelta())
    return FoundNobody(policy.id, wait, next_loop, skipped)


def _used_up(
    alert: EscalationState, policy: ResolvedPolicy, reason: EscalationReason, skipped: Sequence[Skipped]
) -> EscalationDecision:
    if policy.catch_all_id is not None and not alert.caught:
        return HandOver(reason, policy.catch_all_id, skipped)
    return Exhaust(reason, policy.id, skipped)
