"""Who would be on call after a change of a schedule, computed by the engine's own rules before it is saved."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.db.pool import Queryable
from tocsin.domain import checks
from tocsin.domain.on_call.schedule import ScheduleDefinition
from tocsin.domain.on_call.shift_changes import changes
from tocsin.domain.spans import Span, Stint
from tocsin.store.on_call import on_call_snapshot, shifts
from tocsin.store.people import user_list

NEW = UUID(int=0)
"""Stands for a schedule that is not there yet."""

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class OnCallChange:
    """A time with who would be on call before and after the change, by name."""

    start: datetime
    end: datetime
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True, slots=True)
class OnCallDifference:
    """Every time at which others would be on call, and the times at which nobody would be after the change.

    ``problem`` says why that cannot be told.
    """

    changes: Sequence[OnCallChange] = ()
    gaps: Sequence[Span] = ()
    problem: str | None = None


async def on_call_difference(
    database: Queryable,
    schedule_id: UUID,
    change: Callable[[ScheduleDefinition], ScheduleDefinition],
    window: Span | None = None,
    rotation_ids: Collection[UUID] = (),
) -> OnCallDifference:
    """What ``change`` would do in the window, as far as it lies ahead; without one in the next ``AHEAD``.

    ``rotation_ids`` are rotations that the changed schedule may use.
    """
    whole = await on_call_snapshot.load(database, rotation_ids, [schedule_id])
    window = window or Span(whole.now, whole.now + AHEAD)
    ahead = Span(max(window.start, whole.now), window.end)
    if ahead.start >= ahead.end:
        return OnCallDifference(problem="All of it is past.")
    if not shifts.are_told(window, whole.now):
        return OnCallDifference(problem="It is too long, or too far ahead, to tell what changes.")
    stored = whole.schedules.get(schedule_id, ScheduleDefinition(ZoneInfo("UTC")))
    changed = replace(whole, schedules={schedule_id: change(stored)})
    before, after = (list(shifts.ahead(each, schedule_id, ahead)) for each in (whole, changed))
    return OnCallDifference(await _changes(database, before, after), checks.gaps(after, ahead))


async def _changes(database: Queryable, before: Sequence[Stint], after: Sequence[Stint]) -> Sequence[OnCallChange]:
    found = changes(before, after)
    names = await user_list.names(database, {user_id for one in found for user_id in one.before | one.after})
    return [
        OnCallChange(
            one.start,
            one.end,
            *(sorted(names.get(user, "somebody") for user in users) for users in (one.before, one.after)),
        )
        for one in found
    ]
