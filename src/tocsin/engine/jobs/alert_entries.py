"""What the timeline says about an alert's move. Which step it is and when the next is due, the move itself keeps."""

from collections.abc import Mapping, Sequence
from typing import assert_never
from uuid import UUID

from tocsin.domain.escalation.decisions import Enter, EscalationReason, Exhaust, FoundNobody, HandOver, Hold, Skipped
from tocsin.domain.escalation.policy import ResolvedStep
from tocsin.engine.jobs.policy import PolicySnapshot

Entry = Mapping[str, object]


def entered(policy: PolicySnapshot, decision: Enter) -> Sequence[Entry]:
    """Whom the step pages, by the names that they have now, after the steps that were passed over."""
    step = decision.step
    people: dict[str, object] = {"users": [_user(policy, step, user.id) for user in step.users if user.reachable]}
    if unreachable := [_user(policy, step, user.id) for user in step.users if not user.reachable]:
        people["unreachable"] = unreachable
    if step.channels:
        people["channels"] = [str(channel) for channel in step.channels]
    entry = _entry("escalated", decision.reason, people)
    if step.pages_somebody:
        return [*_skips(decision.skipped), entry]
    where = {"step_id": str(step.id), "step_number": decision.step_number, "loop_count": decision.loop_count}
    return [*_skips(decision.skipped), entry, _entry("step_waits", EscalationReason.NOBODY_ON_CALL, people | where)]


def paused(decision: Exhaust | FoundNobody | HandOver | Hold) -> Sequence[Entry]:
    """Why the alert stands on no step now, after the steps that were passed over."""
    match decision:
        case Exhaust(reason=reason, skipped=skipped):
            return [*_skips(skipped), _entry("exhausted", reason)]
        case FoundNobody(reason=reason, skipped=skipped):
            return [_entry("nobody_on_call", reason, {"unreachable": _unreachable(skipped)})]
        case HandOver(reason=reason, skipped=skipped):
            return [*_skips(skipped), _entry("handed_over", reason)]
        case Hold(reason=reason):
            return [_entry("held", reason)]
        case _:
            assert_never(decision)


def _entry(event: str, reason: EscalationReason, meta: Mapping[str, object] | None = None) -> Entry:
    return {"event": event, "reason": reason, "meta": meta or {}}


def _user(policy: PolicySnapshot, step: ResolvedStep, user_id: UUID) -> Entry:
    """A user of a step, by name, and how they came to be on call."""
    because = policy.steps[step.id].because[user_id]
    return {"id": str(user_id), "name": policy.people[user_id].name, "because": because}


def _skips(skipped: Sequence[Skipped]) -> Sequence[Entry]:
    return [
        _entry(
            "step_skipped",
            EscalationReason.NOBODY_ON_CALL,
            {"step_number": skip.step_number, "unreachable": _unreachable([skip])},
        )
        for skip in skipped
    ]


def _unreachable(skipped: Sequence[Skipped]) -> Sequence[str]:
    return [str(user) for skip in skipped for user in skip.unreachable]
