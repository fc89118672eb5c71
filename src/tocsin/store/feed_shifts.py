"""The shifts that a calendar feed holds: by schedules, and by rotations that policies page."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from tocsin.db.sql import Statements
from tocsin.domain.on_call import Roster
from tocsin.domain.schedule import Schedule
from tocsin.domain.spans import Span, Stint, union
from tocsin.store import people, roster, shifts
from tocsin.store.calendar_feeds import OwnerKind
from tocsin.store.listing import Database

_sql = Statements("tocsin.store", "feed_shifts.sql")

HORIZON = timedelta(days=90)

Source = Literal["schedule", "rotation"]
Begun = Mapping[tuple[UUID, UUID], datetime]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedShift:
    """A user's shift by a schedule or rotation. One that is under way has the start at which it began."""

    kind: Source
    source_id: UUID
    source_name: str
    user_id: UUID
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class Shifts:
    """Shifts by start, the users' names, and the names of schedules and rotations that cannot be read."""

    now: datetime
    shifts: Sequence[FeedShift]
    names: Mapping[UUID, str]
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Object:
    kind: Source
    id: UUID
    name: str


async def ahead(database: Database, of: OwnerKind, owner_id: UUID) -> Shifts:
    """The shifts from now on, up to a midnight (UTC) that lies ``HORIZON`` ahead.

    A user's are their own by everything that can put them on call, a schedule's are everybody's by it, a team's
    everybody's by its schedules and rotations.
    """
    objects = [_Object(**row) for row in await database.fetch(_sql[f"of_{of}"], owner_id)]
    ids = {kind: [one.id for one in objects if one.kind == kind] for kind in ("rotation", "schedule")}
    whole = await roster.load(database, ids["rotation"], ids["schedule"])
    rows = await database.fetch(_sql["begun"], ids["schedule"])
    begun = {(row["schedule_id"], row["user_id"]): row["start_time"] for row in rows}
    only = owner_id if of == "user" else None
    found, left_out = await asyncio.to_thread(_told, whole, objects, begun, only)
    names = await people.names(database, {shift.user_id for shift in found})
    named = [shift for shift in found if shift.user_id in names]
    return Shifts(whole.now, named, names, left_out)


def _told(
    whole: Roster, objects: Sequence[_Object], begun: Begun, only: UUID | None
) -> tuple[Sequence[FeedShift], Sequence[str]]:
    """The shifts, of one user or of all, and what cannot be told: one odd row takes nothing else away."""
    found: list[FeedShift] = []
    left_out: list[str] = []
    for one in objects:
        try:
            if one.kind == "schedule":
                found += _by_schedule(whole, one, begun, only)
            else:
                found += _by_rotation(whole, one, only)
            if not _is_readable(whole, one):
                left_out.append(one.name)
        except Exception as error:
            log.warning("calendar_left_out", kind=one.kind, id=str(one.id), error=repr(error))
            left_out.append(one.name)
    return sorted(
        found, key=lambda shift: (shift.start_at, shift.source_name, shift.source_id, shift.user_id)
    ), left_out


def _is_readable(whole: Roster, one: _Object) -> bool:
    used = whole.schedules[one.id].rules if one.id in whole.schedules else ()
    return whole.last_known.keys().isdisjoint((one.id, *(rule.target.id for rule in used)))


def _by_schedule(whole: Roster, one: _Object, begun: Begun, only: UUID | None) -> Iterator[FeedShift]:
    """What is under way began when its row says, or since the rows tell nothing more."""
    since = whole.to_replay(one.id).start
    stored = whole.schedules.get(one.id)
    if only is not None and stored is not None:
        whole = replace(whole, schedules={one.id: _concerning(whole, stored, only)})
    for stint in shifts.worked_out(whole, one.id, Span(since, _horizon(whole.now)), since):
        if stint.end > whole.now and only in (None, stint.user_id):
            start = begun.get((one.id, stint.user_id), stint.start) if stint.start <= since else stint.start
            yield _shift(one, replace(stint, start=start))


def _concerning(whole: Roster, stored: Schedule, user_id: UUID) -> Schedule:
    """The schedule with only what decides about the user: their rules, and those of whom they replace."""
    replaced = {one.remove_user_id for one in stored.overrides if one.add_user_id == user_id}
    concerned = {user_id, *(each for each in replaced if each is not None)}
    active = {
        rotation_id: one.standing is None or not concerned.isdisjoint(place.user_id for place in one.participants)
        for rotation_id, one in whole.rotations.items()
    }
    rules = [
        rule
        for rule in stored.rules
        if (rule.target.id in concerned if rule.target.type == "user" else active.get(rule.target.id, True))
    ]
    return replace(stored, rules=rules)


def _by_rotation(whole: Roster, one: _Object, only: UUID | None) -> Iterator[FeedShift]:
    """Turns of one user in a row are one shift."""
    stored = whole.rotations.get(one.id)
    began = stored.turn_began(whole.now) if stored is not None else None
    turns = whole.stints(one.id, Span(whole.now, _horizon(whole.now)))
    for user_id in dict.fromkeys(turn.user_id for turn in turns):
        for start, end in union(Span(turn.start, turn.end) for turn in turns if turn.user_id == user_id):
            if only in (None, user_id):
                under_way = began is not None and start <= whole.now and began[0] == user_id
                yield _shift(one, Stint(user_id, began[1] if began is not None and under_way else start, end))


def _shift(one: _Object, stint: Stint) -> FeedShift:
    return FeedShift(one.kind, one.id, one.name, stint.user_id, stint.start, stint.end)


def _horizon(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + HORIZON
