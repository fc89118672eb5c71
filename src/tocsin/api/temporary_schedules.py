"""Temporary schedules: for a time, fixed shifts stand in for a schedule's rules and overrides."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.http.access import require_edit
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Read, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.on_call import schedules, temporary_schedules
from tocsin.store.on_call.temporary_schedules import TemporaryScheduleSpec, TemporaryShift

router = APIRouter(prefix="/schedules/{schedule_id}/temporary-schedules", tags=["schedules"])

_SHIFTS = [
    {
        "user_id": "6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30",
        "start_at": "2030-12-24T08:00:00Z",
        "end_at": "2030-12-25T08:00:00Z",
    }
]
_EXAMPLE = {"start_at": "2030-12-24T08:00:00Z", "end_at": "2030-12-27T08:00:00Z", "shifts": _SHIFTS}


class TemporaryShiftBody(Body):
    """A user's time on call, within that of the temporary schedule."""

    user_id: UUID
    start_at: UtcDatetime
    end_at: UtcDatetime = Field(description="exclusive")


class TemporaryScheduleCreate(Body):
    """A new temporary schedule. Where it has no shift, nobody is on call."""

    model_config = example(_EXAMPLE)

    start_at: UtcDatetime
    end_at: UtcDatetime = Field(description="exclusive")
    shifts: list[TemporaryShiftBody] = Field([], max_length=1000)


class TemporarySchedulePatch(Body):
    """What to change of a temporary schedule; what is left out stays. Shifts are replaced as a whole."""

    model_config = example({"end_at": "2030-12-28T08:00:00Z"})

    start_at: UtcDatetime = optional()
    end_at: UtcDatetime = optional()
    shifts: list[TemporaryShiftBody] = optional(max_length=1000)


class TemporaryShiftRead(Read):
    """A user's time on call."""

    user_id: UUID
    start_at: UtcDatetime
    end_at: UtcDatetime


class TemporaryScheduleRead(Read):
    """A temporary schedule."""

    id: UUID
    schedule_id: UUID
    start_at: UtcDatetime
    end_at: UtcDatetime
    shifts: list[TemporaryShiftRead]
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create a temporary schedule")
async def create_temporary_schedule(
    schedule_id: UUID, body: TemporaryScheduleCreate, actor: Writer, pool: Database, response: Response
) -> TemporaryScheduleRead:
    """Refused with 409 when it overlaps another one of the schedule."""
    spec = TemporaryScheduleSpec(start_at=body.start_at, end_at=body.end_at, shifts=_shifts(body.shifts))
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        temporary = await temporary_schedules.create(connection, schedule_id, spec)
    response.headers["Location"] = f"/api/v1/schedules/{schedule_id}/temporary-schedules/{temporary.id}"
    return TemporaryScheduleRead.model_validate(temporary)


@router.get("", summary="List a schedule's temporary schedules, past ones among them")
async def list_temporary_schedules(
    schedule_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[TemporaryScheduleRead]:
    await schedules.get(pool, schedule_id)
    found = await temporary_schedules.page(pool, schedule_id, position_after(cursor), limit)
    items = [TemporaryScheduleRead.model_validate(one) for one in found.items]
    return ListPage(items=items, next_cursor=cursor_at(found.next))


@router.get("/{temporary_schedule_id}", summary="Show a temporary schedule")
async def get_temporary_schedule(
    schedule_id: UUID, temporary_schedule_id: UUID, _actor: Reader, pool: Database
) -> TemporaryScheduleRead:
    found = await temporary_schedules.get(pool, schedule_id, temporary_schedule_id)
    return TemporaryScheduleRead.model_validate(found)


@router.patch("/{temporary_schedule_id}", summary="Change a temporary schedule")
async def patch_temporary_schedule(
    schedule_id: UUID, temporary_schedule_id: UUID, body: TemporarySchedulePatch, actor: Writer, pool: Database
) -> TemporaryScheduleRead:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        temporary = await temporary_schedules.get(connection, schedule_id, temporary_schedule_id)
        spec = replace(temporary.spec, **_changes(body))
        changed = await temporary_schedules.update(connection, temporary, spec)
    return TemporaryScheduleRead.model_validate(changed)


@router.delete("/{temporary_schedule_id}", status_code=204, summary="Delete a temporary schedule")
async def delete_temporary_schedule(
    schedule_id: UUID, temporary_schedule_id: UUID, actor: Writer, pool: Database
) -> None:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        await temporary_schedules.delete(connection, schedule_id, temporary_schedule_id)


def _changes(body: TemporarySchedulePatch) -> dict[str, Any]:
    changes = body.given()
    return changes | ({"shifts": _shifts(body.shifts)} if "shifts" in changes else {})


def _shifts(bodies: Sequence[TemporaryShiftBody]) -> Sequence[TemporaryShift]:
    return [TemporaryShift(body.user_id, body.start_at, body.end_at) for body in bodies]
