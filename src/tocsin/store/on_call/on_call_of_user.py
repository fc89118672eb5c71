"""When somebody is on call, and for what; and who is on call now."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call.snapshot import TargetType
from tocsin.store.instants import now
from tocsin.store.on_call import shifts
from tocsin.store.on_call.shifts import NamedShift

_sql = Statements(__package__, "on_call_of_user.sql")

AHEAD = timedelta(days=21)
_MOST_SCHEDULES = 12


@dataclass(frozen=True, slots=True)
class StepOfPolicy:
    """A step of a policy, counted from 0."""

    policy_id: UUID
    policy_name: str
    step_number: int


@dataclass(frozen=True, slots=True)
class OnCallSource:
    """What puts somebody on call now: a schedule, a rotation, or themselves (``name`` None) as the target of steps.

    ``until`` is None when it does not end within ``AHEAD``.
    """

    type: TargetType
    id: UUID
    name: str | None
    until: datetime | None
    places: Sequence[StepOfPolicy]


@dataclass(frozen=True, slots=True)
class NextShift:
    """The next shift of somebody by a schedule."""

    schedule_id: UUID
    name: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class OnCallOfUser:
    """What somebody is on call for now, and the next shift of theirs that has not begun."""

    sources: Sequence[OnCallSource]
    next: NextShift | None


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user by name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PolicyOnCall:
    """A policy, and whom the first of its steps that anybody is on call for would page now; nobody at all: None."""

    id: UUID
    name: str
    step_number: int | None
    people: Sequence[NamedUser]


async def of_user(database: Queryable, user_id: UUID) -> OnCallOfUser:
    """What the user is on call for, until when, and when next."""
    moment = await now(database)
    user_shifts = [row async for row in _shifts(database, user_id, moment)]
    ends = {schedule_id: shift.end_at for schedule_id, _, shift in user_shifts if shift.start_at <= moment}
    ahead = [
        NextShift(schedule_id, name, shift.start_at, shift.end_at)
        for schedule_id, name, shift in user_shifts
        if shift.start_at > moment
    ]
    rows = await database.fetch(_sql["now"], user_id)
    next_shift = min(ahead, key=lambda shift: shift.start_at, default=None)
    return OnCallOfUser(_sources(rows, ends, moment + AHEAD), next_shift)


async def of_policies(database: Queryable, user_id: UUID, limit: int) -> Sequence[PolicyOnCall]:
    """Up to ``limit`` policies in use, those nearest to the user first chosen, by name."""
    rows = await database.fetch(_sql["on_call"], user_id, limit)
    return [PolicyOnCall(row["id"], row["name"], row["step_number"], _people(row["people"])) for row in rows]


async def schedules_of(database: Queryable, user_id: UUID, limit: int) -> Sequence[tuple[UUID, str]]:
    """Up to ``limit`` schedules that can put the user on call, by name."""
    return [(row["id"], row["name"]) for row in await database.fetch(_sql["schedules"], user_id, limit)]


async def _shifts(database: Queryable, user_id: UUID, moment: datetime) -> AsyncIterator[tuple[UUID, str, NamedShift]]:
    """Each schedule that can put the user on call, with every shift of theirs from now on."""
    for schedule_id, name in await schedules_of(database, user_id, _MOST_SCHEDULES):
        for shift in await shifts.between(database, schedule_id, moment, moment + AHEAD):
            if shift.user_id == user_id:
                yield schedule_id, name, shift


def _sources(
    rows: Sequence[asyncpg.Record], ends: Mapping[UUID, datetime], horizon: datetime
) -> Sequence[OnCallSource]:
    ordered = sorted(rows, key=lambda row: (row["type"], row["name"] or "", row["id"]))
    return [
        _source(list(group), ends, horizon) for _, group in groupby(ordered, key=lambda row: (row["type"], row["id"]))
    ]


def _source(rows: Sequence[asyncpg.Record], ends: Mapping[UUID, datetime], horizon: datetime) -> OnCallSource:
    first = rows[0]
    until = ends.get(first["id"])
    if first["type"] == "rotation" and first["participants"] > 1:
        until = first["shift_end"]
    places = [StepOfPolicy(row["policy_id"], row["policy_name"], row["step_number"]) for row in rows]
    return OnCallSource(first["type"], first["id"], first["name"], until if until and until < horizon else None, places)


def _people(rows: Sequence[Mapping[str, str]]) -> Sequence[NamedUser]:
    return [NamedUser(UUID(row["id"]), row["name"]) for row in rows]
