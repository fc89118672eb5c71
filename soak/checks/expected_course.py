"""One alert's timeline, followed entry by entry: is each step the one that the rules allow there, at its time?

The rules are told anew here, from the design and not from the product's code. Times are the database's, in seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from soak.organisation import Shape

_TOLERANCE = 0.001
_SILENT = {"duplicate_suppressed"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline."""

    at: float
    event: str
    reason: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """A step that was entered, and whom it was to page."""

    step: int
    loop: int
    users: Sequence[str]
    channels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happened by itself: when it was due and when it was done."""

    due: float
    at: float


@dataclass(slots=True)
class ExpectedCourse:
    """Where an alert stands after the entries so far. ``delays`` are those that a step of this number may have had.

    ``may_restart(since, at)``: whether its service may have changed policies in between.
    """

    shape: Shape
    delays: Callable[[int], set[float]]
    may_restart: Callable[[float, float], bool]
    faults: list[str] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    status: str = ""
    exhausted: bool = False
    place: tuple[int, int] | None = None
    due: float | None = None
    asked: float | None = None
    held: bool = False
    skips: int = 0
    moved: float = 0.0

    def take(self, entry: Entry) -> None:
        """One more entry."""
        if entry.event in _SILENT:
            return
        taking = {
            "created": self._created,
            "acknowledged": self._acknowledged,
            "closed": self._closed,
            "escalation_requested": self._asked,
            "step_skipped": self._skipped,
            "escalated": self._escalated,
            "exhausted": self._exhausted,
            "held": self._held,
        }.get(entry.event)
        if taking is None:
            self._wrong(entry, "has no place in this run")
        elif (self.status == "") != (entry.event == "created"):
            self._wrong(entry, "is not where a timeline begins")
        elif self.status == "closed":
            self._wrong(entry, "comes after the end")
        else:
            taking(entry)

    def _wrong(self, entry: Entry, why: str) -> None:
        self.faults.append(f"{entry.event} ({entry.reason}) at {entry.at:.3f} {why}; it stood at {self.place}")

    def _created(self, entry: Entry) -> None:
        self.status, self.due, self.moved = "triggered", entry.at, entry.at

    def _acknowledged(self, _entry: Entry) -> None:
        self.status, self.exhausted, self.due, self.asked = "acknowledged", False, None, None

    def _closed(self, _entry: Entry) -> None:
        self.status, self.due = "closed", None

    def _asked(self, entry: Entry) -> None:
        self.status, self.asked = "triggered", entry.at

    def _skipped(self, _entry: Entry) -> None:
        self.skips += 1

    def _held(self, entry: Entry) -> None:
        if self.status != "triggered":
            self._wrong(entry, f"comes while it is {self.status}")
        if self.may_restart(self.moved, entry.at):
            self.exhausted = False
        self.held, self.due, self.asked = True, None, None

    def _escalated(self, entry: Entry) -> None:
        to = (entry.meta["step_number"], entry.meta["loop_count"])
        if self.status != "triggered":
            self._wrong(entry, f"comes while it is {self.status}")
        elif to not in self._allowed(entry):
            self._wrong(entry, f"leads to {to}")
        if entry.meta["next_in_seconds"] not in self.delays(to[0]):
            self._wrong(entry, f"has the delay {entry.meta['next_in_seconds']}, which its step never had")
        self._note_move(entry)
        users = [user["id"] for user in entry.meta["users"]]
        self.entered.append(Entered(*to, users, entry.meta.get("channels", [])))
        self.place, self.due = to, entry.at + entry.meta["next_in_seconds"]
        self.exhausted = self.held = False
        self.asked, self.skips, self.moved = None, 0, entry.at

    def _allowed(self, entry: Entry) -> list[tuple[int, int]]:
        """Where the alert may go for this reason now."""
        match entry.reason:
            case "first_step":
                return [self._next(beyond=False)] if self.place is None and self._is_due(entry) else []
            case "delay_passed":
                return [self._next(beyond=False)] if self._is_due(entry) and not self.exhausted else []
            case "escalated_by_hand":
                return [self._next(beyond=True), *self._restarted(entry)] if self.asked is not None else []
            case "policy_changed":
                return [(self.skips, 0)] if self.may_restart(self.moved, entry.at) else []
            case "maintenance_over":
                return [self._next(beyond=False), *self._restarted(entry)] if self.held else []
            case _:
                return []

    def _restarted(self, entry: Entry) -> list[tuple[int, int]]:
        """The first step, where the policy may have changed while the alert was held: its step is forgotten then."""
        return [(self.skips, 0)] if self.held and self.may_restart(self.moved, entry.at) else []

    def _is_due(self, entry: Entry) -> bool:
        return self.due is not None and entry.at >= self.due - _TOLERANCE

    def _next(self, *, beyond: bool) -> tuple[int, int]:
        """The place after this one; (-1, -1) when the rounds are used up, unless it may go ``beyond`` them."""
        if self.place is None:
            return self.skips, 0
        step, loop = self.place[0] + 1 + self.skips, self.place[1]
        if step < self.shape.steps:
            return step, loop
        if loop + 1 > self.shape.repeat and not beyond:
            return -1, -1
        return step - self.shape.steps, loop + 1

    def _exhausted(self, entry: Entry) -> None:
        if self.status != "triggered" or self.exhausted:
            self._wrong(entry, f"comes while it is {'exhausted' if self.exhausted else self.status}")
        if self._next(beyond=False) != (-1, -1):
            self._wrong(entry, "comes before its rounds are used up")
        if not self.held and not self._is_due(entry):
            self._wrong(entry, "comes before it is due")
        self._note_move(entry)
        self.exhausted, self.held, self.due, self.asked, self.moved = True, False, None, None, entry.at

    def _note_move(self, entry: Entry) -> None:
        if entry.reason == "escalated_by_hand" and self.asked is not None:
            self.moves.append(Move(self.asked, entry.at))
        elif entry.reason in ("first_step", "delay_passed", "rounds_used_up") and self.due is not None:
            self.moves.append(Move(self.due, entry.at))
