"""What a kind of job is: a name, and a function that wakes one object up."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

# The lanes, each a run loop of its own: rows that move, and pages that are sent.
STATE, PAGES = "state", "pages"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    ``reason`` is for logs and metrics. ``due`` and ``acted`` are set when the object moved by itself: when it should
    have and when it did, both the database's time. ``again`` is when the object wants to be woken next and no row
    trigger has seen to it. ``feeds`` names other lanes that have work through it.
    """

    reason: str
    due: datetime | None = None
    acted: datetime | None = None
    again: datetime | None = None
    feeds: Sequence[str] = ()

    @property
    def late_seconds(self) -> float | None:
        """Acted minus due, or None when nothing was due."""
        if self.due is None or self.acted is None:
            return None
        return max((self.acted - self.due).total_seconds(), 0.0)


GONE = Outcome("gone")

_LOOKS = 5


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. ``run`` is idempotent: twice, late or out of order does no harm."""

    name: str
    run: Callable[[str], Awaitable[Outcome]]


class Contended(Exception):
    """The row moved under us as often as we looked; the queue tries again later."""


def look(once: Callable[[str], Awaitable[Outcome | None]]) -> Callable[[str], Awaitable[Outcome]]:
    """A ``run`` that calls ``once`` until its row did not move while it was looked at, which ``once`` says by None.

    Raises Contended when that happens as often as it looks.
    """

    async def run(object_id: str) -> Outcome:
        for _ in range(_LOOKS):
            if (outcome := await once(object_id)) is not None:
                return outcome
        raise Contended(f"{object_id} moved {_LOOKS} times while it was looked at")

    return run
