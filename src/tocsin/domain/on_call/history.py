"""The history of who is on call (S4, P1): the stints that planned moments make, however late somebody acts on them.

The rows tell the schedule up to some moment. What follows from then on is worked out from what is defined, as far back
as nobody has changed that: what was defined before a change is not kept. So an engine that was away replays every
planned moment since the last change, and the change itself acts when it was made. Until then, whoever was on call when
the engine went away stays so.

       rows tell it          nothing is known: as the rows end      replayed from what is defined
    ───────────────────┤ ─────────────────────────────────────┤ ──────────────────────────────────┤
                   history_until                    last change by people                        now

An absence is replayed for the last ``LONGEST`` at most.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Generic, TypeVar
from uuid import UUID

from tocsin.domain.spans import Span, intersection

R = TypeVar("R")
B = TypeVar("B")

LONGEST = timedelta(days=400)
INSTANT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Times(Generic[R]):
    """When one reason puts a user on call; ``spans`` are in order."""

    user_id: UUID
    reason: R
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Piece(Generic[R]):
    """A time over which a user is on call for the same reasons."""

    user_id: UUID
    span: Span
    because: Sequence[R]


@dataclass(frozen=True, slots=True)
class StintRow(Generic[B]):
    """A stint as the on-call rows keep it: ``end`` is None while it goes on, ``because`` is why in the end."""

    user_id: UUID
    start: datetime
    end: datetime | None
    because: B


@dataclass(frozen=True, slots=True)
class History(Generic[B]):
    """What becomes of the rows: ``changed`` are those that were open, ``added`` are new."""

    changed: Sequence[StintRow[B]] = ()
    added: Sequence[StintRow[B]] = ()

    @property
    def is_told(self) -> bool:
        """Whether the rows say all of it already."""
        return not self.changed and not self.added


def replayed(now: datetime, recorded_until: datetime | None, changes: Iterable[datetime]) -> Span:
    """The time to work out anew, ``now`` included: what the rows do not tell yet, from the last change on."""
    since = max([now - LONGEST, *changes, *([recorded_until] if recorded_until else [])])
    return Span(min(since, now), now + INSTANT)


def pieces(times: Sequence[Times[R]], window: Span) -> Sequence[Piece[R]]:
    """Each user's time on call in ``window``, cut where the reasons change; reasons stand in the order of ``times``."""
    by_user: dict[UUID, list[tuple[datetime, int, bool]]] = defaultdict(list)
    for number, user_times in enumerate(times):
        for start, end in intersection(user_times.spans, [window]):
            by_user[user_times.user_id] += [(start, number, True), (end, number, False)]
    return [piece for user_id, edges in by_user.items() for piece in _pieces(user_id, edges, times)]


def _pieces(user_id: UUID, edges: list[tuple[datetime, int, bool]], times: Sequence[Times[R]]) -> Iterator[Piece[R]]:
    active: set[int] = set()
    since: datetime | None = None
    for at, moved in groupby(sorted(edges, key=lambda edge: edge[0]), key=lambda edge: edge[0]):
        before = frozenset(active)
        here = list(moved)
        active -= {number for _, number, begins in here if not begins}
        active |= {number for _, number, begins in here if begins}
        if active == before:
            continue
        if before and since is not None:
            yield Piece(user_id, Span(since, at), [times[number].reason for number in sorted(before)])
        since = at


def history(
    open_rows: Mapping[UUID, B], found: Iterable[Piece[R]], say: Callable[[Sequence[R]], B], window: Span
) -> History[B]:
    """What the rows become after ``window``; ``open_rows`` are the open ones, ``say`` how a row puts its reasons."""
    rows = [row for _, theirs in groupby(found, key=lambda piece: piece.user_id) for row in _rows(theirs, say, window)]
    going_on = {row.user_id: row for row in rows if row.start == window.start and row.user_id in open_rows}
    ended = [
        StintRow(user_id, window.start, window.start, because)
        for user_id, because in open_rows.items()
        if user_id not in going_on
    ]
    kept = [row for row in going_on.values() if row.end is not None or row.because != open_rows[row.user_id]]
    return History([*ended, *kept], [row for row in rows if going_on.get(row.user_id) is not row])


def _rows(user_pieces: Iterable[Piece[R]], say: Callable[[Sequence[R]], B], window: Span) -> Iterator[StintRow[B]]:
    """One user's pieces joined to stints where they touch."""
    start: datetime | None = None
    last: Piece[R] | None = None
    for piece in user_pieces:
        if last is not None and start is not None and last.span.end < piece.span.start:
            yield StintRow(last.user_id, start, last.span.end, say(last.because))
            start = None
        start, last = start or piece.span.start, piece
    if last is not None and start is not None:
        end = None if last.span.end >= window.end else last.span.end
        yield StintRow(last.user_id, start, end, say(last.because))
