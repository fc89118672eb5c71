"""What is wrong with an object that the engine moves, found by the sweep, the walk or the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

_WAKE = "wake it"

REPAIRS: Mapping[str, str] = {
    "no_job": "enqueue its job",
    "job_too_late": "enqueue its job for when it is due",
    "parked": "give its job a fresh set of attempts",
    "no_state": "make its state row anew",
    "no_cycle": "make its notification cycle anew",
    "closed_but_standing": "remove its state row",
    "acknowledgement_missed": "stop its escalation",
    "reopening_missed": "let it escalate again",
    "due_too_late": "bring its next move forward",
    "page_put_off": "let it go out now",
    "policy_missed": _WAKE,
    "step_missed": _WAKE,
    "nobody_missed": _WAKE,
    "still_paging": _WAKE,
    "differs": _WAKE,
}
"""What is done about each reason, in words."""

_OF_ROWS = frozenset(
    {
        "no_cycle",
        "closed_but_standing",
        "acknowledgement_missed",
        "reopening_missed",
        "due_too_late",
        "page_put_off",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One object that is not as it should be. ``due``: when it should move or have moved, where that is known."""

    kind: str
    id: str
    reason: str
    due: datetime | None = None

    @property
    def repair(self) -> str:
        """What repairing it does."""
        return REPAIRS[self.reason]

    @property
    def key(self) -> int | UUID:
        """The id as its table has it."""
        return int(self.id) if self.kind == "alert" else UUID(self.id)

    @property
    def repairs_row(self) -> bool:
        """Whether the row itself is put right, for its own job would not do it; every other repair is a wake-up."""
        return self.reason in _OF_ROWS or (self.reason == "no_state" and self.kind == "alert")

    @property
    def wakes_when_due(self) -> bool:
        """Whether only the job is missing, so that it may wait for the moment."""
        return self.reason in ("no_job", "job_too_late")
