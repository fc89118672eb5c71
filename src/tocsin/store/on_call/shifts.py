"""Who is on call by a schedule: at an instant, or over a time.

What is past is told by the rows that the engine keeps, what is ahead by the rules from where the rotations stand now,
and so is what the rows do not tell yet because no engine has looked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call import shifts
from tocsin.domain.on_call.schedule import Cause
from tocsin.domain.on_call.snapshot import OnCallCause, OnCallSnapshot, Target
from tocsin.domain.spans import Span, Stint, intersection, union
from tocsin.errors import FieldError, InvalidInput
from tocsin.store.instants import FARTHEST, in_utc, require_near
from tocsin.store.on_call import on_call_snapshot
from tocsin.store.people import user_list

_sql = Statements(__package__, "shifts.sql")

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ScheduleOnCallUser:
    """Somebody on call, and what put them there."""

    user_id: UUID
    name: str
    because: Sequence[Cause]


@dataclass(frozen=True, slots=True)
class OnCallAt:
    """Who is on call at one instant."""

    at: datetime
    users: Sequence[ScheduleOnCallUser]


@dataclass(frozen=True, slots=True)
class NamedShift:
    """A user's time on call, from ``start_at`` up to and without ``end_at``."""

    user_id: UUID
    name: str
    start_at: datetime
    end_at: datetime


async def on_call(database: Queryable, schedule_id: UUID, at: datetime | None) -> OnCallAt:
    """Who is on call at ``at``, or now. Raises InvalidInput for an instant too far ahead."""
    snapshot = await on_call_snapshot.load(database, [], [schedule_id])
    require_near("at", at, snapshot.now)
    if at is not None and at < min(snapshot.to_replay(schedule_id).start, snapshot.now):
        rows = await database.fetch(_sql["at"], schedule_id, at)
        return OnCallAt(at, [ScheduleOnCallUser(row["user_id"], row["name"], _causes(row["because"])) for row in rows])
    at = at or snapshot.now
    found = snapshot.on_call([Target("schedule", schedule_id)], at)
    names = await user_list.names(database, found)
    users = [ScheduleOnCallUser(each, names[each], _parts(because)) for each, because in found.items() if each in names]
    return OnCallAt(at, users)


async def between(database: Queryable, schedule_id: UUID, start: datetime, end: datetime) -> Sequence[NamedShift]:
    """Each user's shifts in [start, end), cut to it, joined where they touch; by start, then user.

    Raises InvalidInput for a time that is empty, longer than ``LONGEST`` or too far ahead.
    """
    require_window(start, end)
    snapshot = await on_call_snapshot.load(database, [], [schedule_id])
    require_near("end", end, snapshot.now)
    window = Span(start, end)
    told_until = snapshot.to_replay(schedule_id).start
    past = await _past(database, schedule_id, window, told_until)
    stints = _joined([*past, *worked_out(snapshot, schedule_id, window, told_until)], window)
    names = await user_list.names(database, {stint.user_id for stint in stints})
    return [
        NamedShift(stint.user_id, names[stint.user_id], stint.start, stint.end)
        for stint in stints
        if stint.user_id in names
    ]


def require_window(start: datetime, end: datetime) -> None:
    """Raise InvalidInput unless the time is one that ``between`` answers for."""
    if end <= start:
        raise InvalidInput(FieldError("end", f"must be after the start (the start is {in_utc(start)})"))
    if end - start > LONGEST:
        raise InvalidInput(FieldError("end", f"must be at most {LONGEST.days} days after the start"))


def are_told(window: Span, now: datetime) -> bool:
    """Whether the time is neither too long nor too far ahead to go through its shifts."""
    return window.end - window.start <= LONGEST and window.end - now <= FARTHEST


async def _past(database: Queryable, schedule_id: UUID, window: Span, until: datetime) -> Sequence[Stint]:
    """The stints that the rows tell, none beyond ``until``."""
    if window.start >= until:
        return []
    rows = await database.fetch(_sql["between"], schedule_id, window.start, min(window.end, until))
    return [Stint(row["user_id"], row["start_time"], min(row["end_time"] or until, until)) for row in rows]


def ahead(snapshot: OnCallSnapshot, schedule_id: UUID, window: Span) -> Sequence[Stint]:
    """The stints that the rules foresee from now on. Of a schedule that cannot be read: as last known."""
    return worked_out(snapshot, schedule_id, window, snapshot.now)


def worked_out(snapshot: OnCallSnapshot, schedule_id: UUID, window: Span, since: datetime) -> Sequence[Stint]:
    """The stints that the rules make from ``since`` on, in the future or since they last changed."""
    start, end = max(window.start, since), window.end
    if start >= end:
        return []
    found = snapshot.schedules.get(schedule_id)
    if found is None:
        return [Stint(user_id, start, end) for user_id in snapshot.last_known.get(schedule_id, ())]
    return shifts.shifts(found, snapshot.rotation_stints(found, Span(start, end)), start, end)


def _joined(stints: Sequence[Stint], window: Span) -> Sequence[Stint]:
    times: dict[UUID, list[Span]] = defaultdict(list)
    for stint in stints:
        times[stint.user_id].append(Span(stint.start, stint.end))
    joined = [
        Stint(user_id, span.start, span.end)
        for user_id, spans in times.items()
        for span in intersection(union(spans), [window])
    ]
    return sorted(joined, key=lambda stint: (stint.start, stint.user_id))


def _parts(because: Sequence[OnCallCause]) -> Sequence[Cause]:
    return [cause for one in because for cause in one.parts]


def _causes(because: Sequence[Mapping[str, Any]]) -> Sequence[Cause]:
    return [
        Cause(one["type"], UUID(one["id"]), UUID(one["rotation_id"]) if "rotation_id" in one else None)
        for one in because
    ]
