"""What a kind of job is: a name, and a function that wakes one object up."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

# The workers, each with a run loop of its own: rows that move, and pages that are sent.
STATE, PAGES = "state", "pages"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    ``reason`` is for logs and metrics. ``due`` and ``acted`` are set when the object moved by itself: when it should
    have and when it did, both the database's time. ``wake_at`` is when the object wants to be woken next and no row
    trigger has seen to it. ``wakes`` names other workers that have jobs through this run.
    """

    reason: str
    due: datetime | None = None
    acted: datetime | None = None
    wake_at: datetime | None = None
    wakes: Sequence[str] = ()

    @property
    def late_seconds(self) -> float | None:
        """Acted minus due, or None when nothing was due."""
        if self.due is None or self.acted is None:
            return None
        return max((self.acted - self.due).total_seconds(), 0.0)


GONE = Outcome("gone")

_MOST_ATTEMPTS = 5


async def _never(_object_id: str) -> None:
    """No object of the kind drifts."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. ``run`` is idempotent: twice, late or out of order does no harm.

    ``drift`` tells why a run would change the object although nothing is due and no event explains it: a reason of
    ``healing.drift``, None in health. It writes nothing. ``repair`` is run then instead of ``run``, where that alone
    would not do.
    """

    name: str
    run: Callable[[str], Awaitable[Outcome]]
    drift: Callable[[str], Awaitable[str | None]] = _never
    repair: Callable[[str], Awaitable[Outcome]] | None = None


class Contended(Exception):
    """The row was changed by others during each attempt; the queue tries again later."""


def retry_on_conflict(attempt: Callable[[str], Awaitable[Outcome | None]]) -> Callable[[str], Awaitable[Outcome]]:
    """A ``run`` that repeats ``attempt`` while it returns None: its row was changed between the load and the write.

    Raises Contended after the last attempt.
    """

    async def run(object_id: str) -> Outcome:
        for _ in range(_MOST_ATTEMPTS):
            if (outcome := await attempt(object_id)) is not None:
                return outcome
        raise Contended(f"{object_id} was changed by others during each of {_MOST_ATTEMPTS} attempts")

    return run
