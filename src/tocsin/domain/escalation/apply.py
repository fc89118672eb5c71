"""What becomes of an alert's state when a decision is carried out.

The forecast goes on with it. The engine's SQL writes the same, which tests compare.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

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
    Stop,
    Wait,
)
from tocsin.domain.escalation.state import EscalationState


def apply(alert: EscalationState, decision: EscalationDecision, now: datetime) -> EscalationState:
    """The alert's state after a decision that is carried out at ``now``. A closed alert has none."""
    match decision:
        case Enter() | FoundNobody() | Exhaust() | HandOver() | Hold():
            return _moved(alert, decision, now)
        case Stop(reason=EscalationReason.CLOSED) | Wait():
            return alert
        case Stop(until=until):
            held = replace(alert, state="acknowledged", next_escalation=until)
            return replace(held, forced=False, forced_step=None)
        case Reopen():
            return replace(alert, status="triggered", next_escalation=now)
        case Renew(until=until):
            return replace(alert, next_escalation=until)
        case _:
            assert_never(decision)


def _moved(
    alert: EscalationState, decision: Enter | FoundNobody | Exhaust | HandOver | Hold, now: datetime
) -> EscalationState:
    moved = _on_policy(alert, decision.policy_id)
    match decision:
        case Enter(step=step, step_number=number, loop_count=loop):
            entered = replace(moved, state="escalating", step_id=step.id, step_number=number, loop_count=loop)
            return replace(entered, next_escalation=now + step.delay)
        case FoundNobody(wait=wait, loop_count=loop):
            return replace(_off_step(moved), state="nobody", loop_count=loop, next_escalation=now + wait)
        case Exhaust():
            return replace(moved, state="exhausted", next_escalation=None)
        case HandOver():
            return replace(_off_step(moved), state="new", caught=True, loop_count=0, next_escalation=now)
        case Hold(state=state, enters_again=again):
            held = replace(moved, state=state, next_escalation=None)
            if state == "no_steps":
                return _off_step(held)
            return replace(held, step_id=None) if again else held
        case _:
            assert_never(decision)


def _on_policy(alert: EscalationState, policy_id: UUID) -> EscalationState:
    """The alert on the policy that decided, its escalation by hand done. On another policy it begins anew."""
    moved = replace(alert, policy_id=policy_id, forced=False, forced_step=None)
    return moved if policy_id == alert.policy_id else replace(_off_step(moved), caught=False, loop_count=0)


def _off_step(alert: EscalationState) -> EscalationState:
    return replace(alert, step_id=None, step_number=None)
