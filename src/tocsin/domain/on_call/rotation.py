"""Who of a rotation is active, and what its row should become (R2, R3).

Who is active is stored, never computed from the rotation's start: the row says who stands at which position since when,
and ``decide`` says what becomes of it now. Participants come in order; a position is an index into that order. The
start only fixes when handoffs are (``tocsin.domain.on_call.handoffs``), so a rotation that starts next month has its
first participant on call today.

    no row ──first participant──▶ row ──last removed──▶ no row
                                  │ ▲
                                  └─┘ handoff, active one removed, reordered, re-phased
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from tocsin.domain.on_call.handoffs import HandoffRule, count_handoffs, handoffs, shift_at
from tocsin.domain.on_call.participants import Participant, successor
from tocsin.domain.spans import Span, Stint


class RotationReason(StrEnum):
    """Why a rotation did what it did; the name stands in logs and metrics."""

    FIRST_PARTICIPANT = "first_participant"
    LAST_REMOVED = "last_removed"
    HANDOFF = "handoff"
    ACTIVE_REMOVED = "active_removed"
    REORDERED = "reordered"
    REPHASED = "rephased"
    NO_PARTICIPANTS = "no_participants"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class RotationState:
    """Who is active, as the row says: the participant, its position, and the shift it stands in.

    ``shift_end`` is the handoff that was foreseen. It shows that type, length, start or zone have changed since, even
    where ``shift_start`` is a handoff before and after (weekly made daily). Without it only a ``shift_start`` that is
    no handoff any more shows that.
    """

    position: int
    participant_id: UUID
    shift_start: datetime
    shift_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The row becomes ``state``; look again at ``until``, the next handoff. ``handoffs`` have passed (0: none)."""

    reason: RotationReason
    state: RotationState
    until: datetime
    handoffs: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Nobody is left in the rotation: its row is removed."""

    reason: RotationReason = RotationReason.LAST_REMOVED


@dataclass(frozen=True, slots=True)
class RotationWait:
    """Nothing to do now; ``until`` is the next handoff (None: not before an event)."""

    reason: RotationReason
    until: datetime | None = None


RotationDecision = Move | End | RotationWait


def decide(
    rotation: HandoffRule,
    participants: Sequence[Participant],
    state: RotationState | None,
    now: datetime,
    changed_at: datetime | None = None,
) -> RotationDecision:
    """What becomes of the row at ``now``. ``changed_at`` is when people last changed the rotation; None: just now.

    However many handoffs were missed, one decision catches up with all of them. Where the active participant is gone,
    the one now at its position is active, or the first when that is past the end. A rotation whose type, length, start
    or zone has changed keeps its active participant in the new shift that contains the change, and the first
    participant begins with the change: what handoffs followed since are caught up too.
    """
    if not participants:
        return RotationWait(RotationReason.NO_PARTICIPANTS) if state is None else End()
    shift = shift_at(rotation, now)
    if state is None:
        passed = count_handoffs(rotation, changed_at or now, now)
        return _move(RotationReason.FIRST_PARTICIPANT, participants, passed, shift, passed)
    index = next((n for n, participant in enumerate(participants) if participant.id == state.participant_id), None)
    rephased = _is_rephased(rotation, state)
    passed = count_handoffs(rotation, _rephased_at(state, now, changed_at) if rephased else state.shift_start, now)
    reason = _reason(state, index, passed, rephased)
    if reason is None:
        return RotationWait(RotationReason.NOT_DUE, shift.end)
    position = successor(state.position, len(participants)) if index is None else index
    return _move(reason, participants, position + passed, shift, passed)


def stints(
    rotation: HandoffRule,
    participants: Sequence[Participant],
    state: RotationState | None,
    now: datetime,
    window: Span,
) -> Iterator[Stint]:
    """Who would be active in ``window`` if nobody changed anything: one stint a shift, without gap or overlap.

    It goes from where the rotation stands at ``now``. What lies before ``now`` is history and left out.
    """
    position = position_after(decide(rotation, participants, state, now), state)
    ahead = Span(max(window.start, now), window.end)
    return stints_around(rotation, participants, position, now, ahead)


def stints_around(
    rotation: HandoffRule, participants: Sequence[Participant], position: int | None, now: datetime, window: Span
) -> Iterator[Stint]:
    """Who is active in ``window``, before and after ``now``, given who is so at ``now`` and that nobody changes it."""
    if position is None or window.start >= window.end:
        return
    position += count_handoffs(rotation, now, window.start) - count_handoffs(rotation, window.start, now)
    edges = [window.start, *handoffs(rotation, window.start, window.end), window.end]
    for number, (since, until) in enumerate(pairwise(edges), position):
        if since < until:
            yield Stint(participants[number % len(participants)].user_id, since, until)


def position_after(decision: RotationDecision, state: RotationState | None) -> int | None:
    """The position that is active once ``decision`` is carried out, or None where nobody is."""
    if isinstance(decision, Move):
        return decision.state.position
    if isinstance(decision, End) or state is None:
        return None
    return state.position


def _move(
    reason: RotationReason, participants: Sequence[Participant], position: int, shift: Span, passed: int = 0
) -> Move:
    position %= len(participants)
    state = RotationState(position, participants[position].id, shift.start, shift.end)
    return Move(reason, state, shift.end, passed)


def _is_rephased(rotation: HandoffRule, state: RotationState) -> bool:
    """Whether the rotation has no such shift as the row says."""
    start, end = shift_at(rotation, state.shift_start)
    return start != state.shift_start or (state.shift_end is not None and end != state.shift_end)


def _rephased_at(state: RotationState, now: datetime, changed_at: datetime | None) -> datetime:
    """When the row ceased to fit. A change before its shift is in the row already, so it is not that."""
    return changed_at if changed_at is not None and changed_at > state.shift_start else now


def _reason(state: RotationState, index: int | None, passed: int, rephased: bool) -> RotationReason | None:
    """Why the row changes, the weightiest reason first, or None."""
    if index is None:
        return RotationReason.ACTIVE_REMOVED
    if passed:
        return RotationReason.HANDOFF
    if rephased:
        return RotationReason.REPHASED
    return None if index == state.position else RotationReason.REORDERED
