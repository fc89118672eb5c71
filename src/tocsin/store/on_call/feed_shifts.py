"""The shifts that a calendar feed holds: by schedules, and by rotations that policies page."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call.shifts import shifts as domain_shifts
from tocsin.domain.on_call.snapshot import OnCallSnapshot
from tocsin.domain.spans import Span, Stint, union
from tocsin.store.on_call import on_call_snapshot, shifts
from tocsin.store.on_call.calendar_feeds import OwnerKind
from tocsin.store.people import user_list

_sql = Statements(__package__, "feed_shifts.sql")

HORIZON = timedelta(days=90)

SourceKind = Literal["schedule", "rotation"]
StintsByRotation = Mapping[UUID, Sequence[Stint]]
StartTimes = Mapping[tuple[UUID, UUID], datetime]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FeedShift:
    """A user's shift by a schedule or rotation. One that is under way has the start at which it began."""

    kind: SourceKind
    source_id: UUID
    source_name: str
    user_id: UUID
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class FeedShifts:
    """Shifts by start, the users' names, and the names of schedules and rotations that cannot be read."""

    now: datetime
    shifts: Sequence[FeedShift]
    names: Mapping[UUID, str]
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _ShiftSource:
    kind: SourceKind
    id: UUID
    name: str


async def ahead(database: Queryable, of: OwnerKind, owner_id: UUID) -> FeedShifts:
    """The shifts from now on, up to a midnight (UTC) that lies ``HORIZON`` ahead.

    A user's are their own by everything that can put them on call, a schedule's are everybody's by it, a team's
    everybody's by its schedules and rotations.
    """
    sources = [_ShiftSource(**row) for row in await database.fetch(_sql[f"of_{of}"], owner_id)]
    ids = {kind: [source.id for source in sources if source.kind == kind] for kind in ("rotation", "schedule")}
    snapshot = await on_call_snapshot.load(database, ids["rotation"], ids["schedule"])
    rows = await database.fetch(_sql["begun"], ids["schedule"])
    begun = {(row["schedule_id"], row["user_id"]): row["start_time"] for row in rows}
    only = owner_id if of == "user" else None
    feed_shifts, left_out = await asyncio.to_thread(_feed_shifts, snapshot, sources, begun, only)
    names = await user_list.names(database, {shift.user_id for shift in feed_shifts})
    named = [shift for shift in feed_shifts if shift.user_id in names]
    return FeedShifts(snapshot.now, named, names, left_out)


def _feed_shifts(
    snapshot: OnCallSnapshot, sources: Sequence[_ShiftSource], begun: StartTimes, only: UUID | None
) -> tuple[Sequence[FeedShift], Sequence[str]]:
    """The shifts, of one user or of all, and what cannot be told: one odd row takes nothing else away."""
    feed_shifts: list[FeedShift] = []
    left_out: list[str] = []
    of_rotations = _RotationStints(snapshot)
    for source in sources:
        try:
            if source.kind == "schedule":
                feed_shifts += _by_schedule(snapshot, of_rotations.of(source.id), source, begun, only)
            else:
                feed_shifts += _by_rotation(snapshot, source, only)
            if not _is_readable(snapshot, source):
                left_out.append(source.name)
        except Exception as error:
            log.warning("calendar_left_out", kind=source.kind, id=str(source.id), error=repr(error))
            left_out.append(source.name)
    return sorted(
        feed_shifts, key=lambda shift: (shift.start_at, shift.source_name, shift.source_id, shift.user_id)
    ), left_out


@dataclass(slots=True)
class _RotationStints:
    """The stints of rotations, worked out once for all schedules that use one."""

    snapshot: OnCallSnapshot
    _known: dict[UUID, Sequence[Stint]] = field(default_factory=dict)

    def of(self, schedule_id: UUID) -> StintsByRotation:
        """The stints of the rotations that the schedule uses, from before what its rows tell on."""
        stored = self.snapshot.schedules.get(schedule_id)
        used = {rule.target.id for rule in stored.rules if rule.target.type == "rotation"} if stored else set()
        for rotation_id in used - self._known.keys():
            window = Span(self._since(), _horizon(self.snapshot.now))
            self._known[rotation_id] = self.snapshot.stints(rotation_id, window)
        return {rotation_id: self._known[rotation_id] for rotation_id in used}

    def _since(self) -> datetime:
        return min(self.snapshot.to_replay(schedule_id).start for schedule_id in self.snapshot.schedules)


def _is_readable(snapshot: OnCallSnapshot, source: _ShiftSource) -> bool:
    used = snapshot.schedules[source.id].rules if source.id in snapshot.schedules else ()
    return snapshot.last_known.keys().isdisjoint((source.id, *(rule.target.id for rule in used)))


def _by_schedule(
    snapshot: OnCallSnapshot, of_rotations: StintsByRotation, source: _ShiftSource, begun: StartTimes, only: UUID | None
) -> Iterator[FeedShift]:
    """What is under way began when its row says, or since the rows tell nothing more."""
    since, end = snapshot.to_replay(source.id).start, _horizon(snapshot.now)
    for stint in _stints(snapshot, of_rotations, source.id, Span(since, end), only):
        if stint.end > snapshot.now and only in (None, stint.user_id):
            start = begun.get((source.id, stint.user_id), stint.start) if stint.start <= since else stint.start
            yield FeedShift(source.kind, source.id, source.name, stint.user_id, start, stint.end)


def _stints(
    snapshot: OnCallSnapshot, of_rotations: StintsByRotation, schedule_id: UUID, window: Span, only: UUID | None
) -> Sequence[Stint]:
    """Everybody's stints, or at least those of the one user."""
    stored = snapshot.schedules.get(schedule_id)
    if stored is None:
        return shifts.worked_out(snapshot, schedule_id, window, window.start)
    if only is None:
        return domain_shifts(stored, of_rotations, *window)
    replaced = {override.remove_user_id for override in stored.overrides if override.add_user_id == only}
    concerned = {only, *(user_id for user_id in replaced if user_id is not None)}
    rules = [rule for rule in stored.rules if rule.target.type == "rotation" or rule.target.id in concerned]
    theirs = {
        user_id: [stint for stint in stints if stint.user_id in concerned] for user_id, stints in of_rotations.items()
    }
    rules = [rule for rule in rules if rule.target.type == "user" or theirs.get(rule.target.id)]
    return domain_shifts(replace(stored, rules=rules), theirs, *window)


def _by_rotation(snapshot: OnCallSnapshot, source: _ShiftSource, only: UUID | None) -> Iterator[FeedShift]:
    """Stints of one user in a row are one shift."""
    stored = snapshot.rotations.get(source.id)
    began = stored.stint_began(snapshot.now) if stored is not None else None
    stints = snapshot.stints(source.id, Span(snapshot.now, _horizon(snapshot.now)))
    for user_id in dict.fromkeys(stint.user_id for stint in stints):
        for start, end in union(Span(stint.start, stint.end) for stint in stints if stint.user_id == user_id):
            if only in (None, user_id):
                under_way = began is not None and start <= snapshot.now and began[0] == user_id
                yield _shift(source, Stint(user_id, began[1] if began is not None and under_way else start, end))


def _shift(source: _ShiftSource, stint: Stint) -> FeedShift:
    return FeedShift(source.kind, source.id, source.name, stint.user_id, stint.start, stint.end)


def _horizon(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + HORIZON
