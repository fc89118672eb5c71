"""Who is on call by every schedule over some days, in a fixed number of statements however many schedules there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.checks import gaps
from tocsin.domain.spans import Span, Stint, intersection, union
from tocsin.store.on_call import on_call_snapshot, shifts
from tocsin.store.on_call.shifts import NamedShift
from tocsin.store.people import user_list

_sql = Statements(__package__, "on_call_week.sql")


@dataclass(frozen=True, slots=True)
class ScheduleTimes:
    """A schedule, its users' shifts in a time, and when from now on nobody is on call."""

    id: UUID
    name: str
    shifts: Sequence[NamedShift]
    gaps: Sequence[Span]


async def by_schedule(
    database: Queryable, team_id: UUID | None, window: Span, limit: int
) -> tuple[Sequence[ScheduleTimes], bool]:
    """The first ``limit`` schedules by name, of the team when one is given, and whether there are more."""
    rows = await database.fetch(_sql["schedules"], team_id, limit + 1)
    ids = [row["id"] for row in rows[:limit]]
    snapshot = await on_call_snapshot.load(database, [], ids)
    past = await _past(database, ids, window, snapshot.now)
    stints = {each: [*past[each], *shifts.ahead(snapshot, each, window)] for each in ids}
    users = {stint.user_id for some in stints.values() for stint in some}
    names = await user_list.names(database, users)
    ahead = Span(max(window.start, snapshot.now), window.end)
    return [
        ScheduleTimes(
            row["id"], row["name"], _shifts(stints[row["id"]], names, window), _gaps(stints[row["id"]], ahead)
        )
        for row in rows[:limit]
    ], len(rows) > limit


async def _past(
    database: Queryable, ids: Sequence[UUID], window: Span, now: datetime
) -> Mapping[UUID, Sequence[Stint]]:
    found: dict[UUID, list[Stint]] = defaultdict(list)
    if window.start < now:
        for row in await database.fetch(_sql["past"], ids, window.start, min(window.end, now)):
            found[row["schedule_id"]].append(Stint(row["user_id"], row["start_time"], min(row["end_time"], now)))
    return found


def _shifts(stints: Sequence[Stint], names: Mapping[UUID, str], window: Span) -> Sequence[NamedShift]:
    """Each user's shifts within the window, joined where they touch; by start, then name."""
    times: dict[UUID, list[Span]] = defaultdict(list)
    for stint in stints:
        times[stint.user_id].append(Span(stint.start, stint.end))
    found = [
        NamedShift(user_id, names[user_id], span.start, span.end)
        for user_id, spans in times.items()
        if user_id in names
        for span in intersection(union(spans), [window])
    ]
    return sorted(found, key=lambda shift: (shift.start_at, shift.name))


def _gaps(stints: Sequence[Stint], ahead: Span) -> Sequence[Span]:
    return gaps(stints, ahead) if ahead.start < ahead.end else []
