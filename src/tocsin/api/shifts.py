"""Who is, was and will be on call by a schedule."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, UtcDatetime
from tocsin.http.pagination import ListPage
from tocsin.store.on_call import schedules, shifts

router = APIRouter(prefix="/schedules", tags=["schedules"])


class CauseRead(Read):
    """What puts a user on call."""

    type: Literal["rule", "override", "temporary_schedule"]
    id: UUID
    rotation_id: UUID | None = Field(None, description="the rotation that a rule found the user in")


class ScheduleOnCallRead(Read):
    """Somebody on call, and every cause of it."""

    user_id: UUID
    name: str
    because: list[CauseRead]


class OnCallAtRead(ListPage[ScheduleOnCallRead]):
    """Who is on call at one instant, whole: there is no next page."""

    at: UtcDatetime


class ShiftRead(Read):
    """A user's time on call, from the start up to and without the end."""

    user_id: UUID
    name: str
    start_at: UtcDatetime
    end_at: UtcDatetime


@router.get("/{schedule_id}/on-call", summary="Show who is, was or will be on call at an instant")
async def get_schedule_on_call(
    schedule_id: UUID,
    _actor: Reader,
    pool: Database,
    at: Annotated[UtcDatetime | None, Query(description="now when left out")] = None,
) -> OnCallAtRead:
    await schedules.get(pool, schedule_id)
    found = await shifts.on_call(pool, schedule_id, at)
    items = [ScheduleOnCallRead.model_validate(user) for user in found.users]
    return OnCallAtRead(at=found.at, items=items, next_cursor=None)


@router.get("/{schedule_id}/shifts", summary="Show who was and will be on call over a time")
async def get_schedule_shifts(
    schedule_id: UUID,
    _actor: Reader,
    pool: Database,
    start: Annotated[UtcDatetime, Query(description="shifts are cut to the time from here")],
    end: Annotated[UtcDatetime, Query(description="up to here: at most 400 days")],
) -> ListPage[ShiftRead]:
    """What is past is as it was, what is ahead as it will be if nothing is changed. All of it is on one page."""
    await schedules.get(pool, schedule_id)
    found = await shifts.between(pool, schedule_id, start, end)
    return ListPage(items=[ShiftRead.model_validate(shift) for shift in found], next_cursor=None)
