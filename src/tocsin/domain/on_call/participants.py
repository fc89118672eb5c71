"""A rotation's participants in their order: who follows whom, and what stays of an order that is replaced (R3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Participant:
    """A row of the order. A user may have several."""

    id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What an order becomes when others take its place.

    ``kept`` holds for each user of the new order the old row that stays and goes there, None for a new one. ``next`` is
    the position of whoever becomes active since the active one goes, or has gone; None when nobody does.
    """

    kept: Sequence[UUID | None]
    next: int | None


def successor(position: int, participants: int) -> int:
    """The position after the participant at ``position`` has left: the same position, or 0 past the end."""
    return position if position < participants else 0


def reorder(
    old: Sequence[Participant], active_id: UUID | None, position: int | None, users: Sequence[UUID]
) -> NewOrder:
    """The users in place of the old order, with what the rotation's row says of who is active; None when nobody is.

    A user's rows stay in their order. Where a user has fewer places than before, the active row is the last to go, and
    so is the one that is next after an active one that is gone, which the engine has not seen yet.
    """
    active = next((number for number, participant in enumerate(old) if participant.id == active_id), None)
    following = None if active is not None or position is None or not old else successor(position, len(old))
    held = active if active is not None else following
    kept = _kept(old, None if held is None else old[held].id, users)
    return NewOrder(kept, None if held is None else _next(old, held, kept, was_next=active is None))


def _kept(old: Sequence[Participant], held: UUID | None, users: Sequence[UUID]) -> Sequence[UUID | None]:
    rows = {user_id: _rows_of(user_id, old, held, users.count(user_id)) for user_id in set(users)}
    return [rows[user_id].pop(0) if rows[user_id] else None for user_id in users]


def _rows_of(user_id: UUID, old: Sequence[Participant], held: UUID | None, places: int) -> list[UUID]:
    theirs = [participant.id for participant in old if participant.user_id == user_id]
    staying = sorted(theirs, key=lambda row: row != held)[:places]
    return [row for row in theirs if row in staying]


def _next(old: Sequence[Participant], held: int, kept: Sequence[UUID | None], *, was_next: bool) -> int | None:
    """The next of the old order that stays; after the last of them whoever follows now, or the first.

    Who was next already is so at a new position too.
    """
    if old[held].id in kept:
        return kept.index(old[held].id) if was_next else None
    after = [kept.index(participant.id) for participant in old[held + 1 :] if participant.id in kept]
    before = [kept.index(participant.id) for participant in old[:held] if participant.id in kept]
    if after:
        return after[0]
    return (before[-1] + 1) % len(kept) if before else None
