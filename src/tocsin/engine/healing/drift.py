"""What is wrong with an object that the engine moves, found by the sweep, the reconciler or the full check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_WAKE = "let its job look again now"

_REASONS: Mapping[str, tuple[str, str]] = {
    "no_job": ("no job waits to move it when it is due", "enqueue its job"),
    "job_too_late": ("its job waits for later than it is due", "enqueue its job for when it is due"),
    "parked": ("its job failed too often and is parked", "give its job a fresh set of attempts"),
    "no_state": ("the row that says where it stands is gone", "make that row anew"),
    "no_cycle": ("somebody whom it is to page has no notification cycle", "make the cycle anew"),
    "closed_but_standing": ("it is closed, but escalates", "end its escalation"),
    "acknowledgement_missed": ("it is acknowledged, but escalates", "hold its escalation"),
    "reopening_missed": ("it is triggered again, but held as acknowledged", "let it escalate again"),
    "not_exhausted": ("it is taken for exhausted, which its timeline does not say", "let it go on from its step"),
    "due_too_late": ("it waits for longer than its step says", "bring its next move forward"),
    "page_put_off": ("it waits for longer than any retry", "let it go out now"),
    "policy_missed": ("it climbs another policy than its service has", _WAKE),
    "step_missed": ("the step that it stands on is gone", _WAKE),
    "nobody_missed": ("it waits for somebody, but somebody can be paged", _WAKE),
    "still_paging": ("it goes on paging, but its alert needs nobody any more", _WAKE),
    "differs": ("what is stored of it is not what its definition says", _WAKE),
}

_DIFFERING: Mapping[str, str] = {
    "rotation": "who is active, or until when, is not what its participants and handoffs say",
    "schedule": "who is on call, or until when, is not what its rules say",
    "policy": "who is on call for its steps is not what their targets say",
    "service": "its maintenance is not what its planned windows say",
    "heartbeat": "its status, its alert or its deadline is not what its pings say",
    "closing": "it would close by itself later than its service says",
    "cycle": "its next page is not due when the notification rules say",
}

REASONS = tuple(_REASONS)
"""Everything that may be wrong with an object."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One object that is not as it should be. ``due``: when it should move or have moved, where that is known."""

    kind: str
    id: str
    reason: str
    due: datetime | None = None

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        if self.reason == "differs" and self.kind in _DIFFERING:
            return _DIFFERING[self.kind]
        return _REASONS[self.reason][0]

    @property
    def repair(self) -> str:
        """What repairing it does."""
        return _REASONS[self.reason][1]

    @property
    def is_repaired_by_run(self) -> bool:
        """Whether its job repairs it; otherwise that is missing or parked, or the object is a page that was put off."""
        return self.reason not in ("no_job", "job_too_late", "parked", "page_put_off")

    @property
    def wakes_at(self) -> datetime | None:
        """When its job is woken; None: now."""
        return self.due if self.reason in ("no_job", "job_too_late") else None
