"""What an alert's state has to be by its last move, where the state is lost or says otherwise.

Who is authoritative: the status that people set comes first, then the last move in the timeline. A step or policy that
was deleted since then is not restored, nor is a moment that has passed waited for: ``decide`` goes on from there.
"""

from dataclasses import replace
from typing import Literal

from tocsin.domain.escalation.state import EscalationState


def restore(moved: EscalationState) -> EscalationState:
    """The state that an alert's row must have, given what its last move left."""
    if moved.status == "acknowledged":
        return replace(moved, state="acknowledged", next_escalation=moved.acknowledgement_ends)
    return moved


def contradicts(alert: EscalationState, moved: EscalationState) -> Literal["not_exhausted", "due_too_late"] | None:
    """What the state says other than the last move; None where an event since then may have changed it.

    An alert that is due earlier than its last move says does not contradict it: whatever made it due may be an event
    since then.
    """
    if alert.status != "triggered" or alert.state == "acknowledged" or alert.forced:
        return None
    if alert.state == "exhausted" and moved.state != "exhausted":
        return "not_exhausted"
    if alert.state != moved.state or moved.next_escalation is None:
        return None
    is_late = alert.next_escalation is None or alert.next_escalation > moved.next_escalation
    return "due_too_late" if is_late else None
