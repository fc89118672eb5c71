"""Everything that somebody will be on call for: their shifts by schedules, and by rotations that policies page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tocsin.db.sql import Statements
from tocsin.domain.on_call import Roster
from tocsin.domain.spans import Span, Stint, union
from tocsin.store import duty, roster, shifts
from tocsin.store.listing import Database

_sql = Statements("tocsin.store", "own_shifts.sql")

HORIZON = timedelta(days=90)
_MOST = 50

Source = Literal["schedule", "rotation"]


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A shift by a schedule or rotation. One that is under way has the start at which it began, where that is known."""

    kind: Source
    source_id: UUID
    source_name: str
    start_at: datetime
    end_at: datetime


async def ahead(database: Database, user_id: UUID) -> tuple[datetime, Sequence[OwnShift]]:
    """Now, and the user's shifts from now on, up to a midnight (UTC) that lies ``HORIZON`` ahead; by start."""
    schedules = dict(await duty.schedules_of(database, user_id, _MOST))
    rotations = {row["id"]: row["name"] for row in await database.fetch(_sql["rotations"], user_id, _MOST)}
    whole = await roster.load(database, list(rotations), list(schedules))
    begun = {row["schedule_id"]: row["start_time"] for row in await database.fetch(_sql["begun"], user_id)}
    window = Span(whole.now, _midnight(whole.now) + HORIZON)
    by_schedule = {each: _of(user_id, shifts.ahead(whole, each, window)) for each in schedules}
    by_rotation = {each: _of(user_id, whole.stints(each, window)) for each in rotations}
    found = [
        *_own("schedule", by_schedule, schedules, begun, window.start),
        *_own("rotation", by_rotation, rotations, _turns_begun(whole, user_id), window.start),
    ]
    return whole.now, sorted(found, key=lambda shift: (shift.start_at, shift.source_name, shift.source_id))


def _of(user_id: UUID, stints: Sequence[Stint]) -> Sequence[Span]:
    """The user's stints, joined where they touch."""
    return union(Span(one.start, one.end) for one in stints if one.user_id == user_id)


def _own(
    kind: Source,
    spans: Mapping[UUID, Sequence[Span]],
    names: Mapping[UUID, str],
    begun: Mapping[UUID, datetime],
    now: datetime,
) -> Iterator[OwnShift]:
    """The spans as shifts; what is under way starts when it began."""
    for source_id, each_span in spans.items():
        for span in each_span:
            start = begun.get(source_id, span.start) if span.start <= now else span.start
            yield OwnShift(kind, source_id, names[source_id], start, span.end)


def _turns_begun(whole: Roster, user_id: UUID) -> Mapping[UUID, datetime]:
    """When the turn began that the user has now, by rotation."""
    standing = {each: (one.standing, one.participants) for each, one in whole.rotations.items()}
    return {
        each: now.shift_start
        for each, (now, participants) in standing.items()
        if now is not None and any(one.id == now.participant_id and one.user_id == user_id for one in participants)
    }


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
