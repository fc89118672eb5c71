"""From the database's time, which faults move forwards, back to the time that passed for people."""

from collections.abc import Sequence
from dataclasses import dataclass, field

LATE = 10.0
"""How many seconds late anything may be, counted from when nothing disturbs it any more."""


@dataclass(slots=True)
class Jumps:
    """The jumps of the database's clock: when (the host's clock), and by how much it is ahead since then; seconds."""

    _jumps: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ahead(self) -> float:
        return self._jumps[-1][1] if self._jumps else 0.0

    def add(self, at: float, by: float) -> None:
        self._jumps.append((at, self.ahead + by))

    def real(self, moment: float) -> float:
        """When it was this time in the database. A time that was jumped over came with the jump."""
        before = 0.0
        for at, ahead in self._jumps:
            if moment < at + before:
                break
            if moment <= at + ahead:
                return at
            before = ahead
        return moment - before


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when (the host's clock) a fault disturbs what is due. ``alert``: only this one."""

    start: float
    end: float
    alert: int | None = None


def excused(due: float, windows: Sequence[Window]) -> float:
    """From when on lateness counts: what is due, or becomes due again, in a window is due at its end.

    A window counts too when it begins while what is due may still be on its way. The windows are in order of their
    starts.
    """
    for window in windows:
        if window.start > due + LATE:
            break
        due = max(due, window.end)
    return due
