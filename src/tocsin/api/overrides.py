"""Overrides of a schedule: for a time somebody is added, removed, or replaced."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from tocsin.http.access import require_edit
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Read, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.on_call import overrides, schedules
from tocsin.store.on_call.overrides import OverrideSpec

router = APIRouter(prefix="/schedules/{schedule_id}/overrides", tags=["schedules"])

_EXAMPLE = {
    "start_at": "2030-01-31T08:00:00Z",
    "end_at": "2030-01-31T18:00:00Z",
    "add_user_id": "6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30",
    "remove_user_id": "0d1c2b3a-4f5e-4d6c-8b7a-9e8f7a6b5c4d",
}


class OverrideCreate(Body):
    """A new override. With both users it acts only while the removed one would be on call."""

    model_config = example(_EXAMPLE)

    start_at: UtcDatetime
    end_at: UtcDatetime = Field(description="exclusive")
    add_user_id: UUID | None = None
    remove_user_id: UUID | None = None


class OverridePatch(Body):
    """What to change of an override; what is left out stays."""

    model_config = example({"end_at": "2030-01-31T20:00:00Z"})

    start_at: UtcDatetime = optional()
    end_at: UtcDatetime = optional()
    add_user_id: UUID | None = optional()
    remove_user_id: UUID | None = optional()


class OverrideRead(Read):
    """An override."""

    id: UUID
    schedule_id: UUID
    start_at: UtcDatetime
    end_at: UtcDatetime
    add_user_id: UUID | None
    remove_user_id: UUID | None
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create an override")
async def create_override(
    schedule_id: UUID, body: OverrideCreate, actor: Writer, pool: Database, response: Response
) -> OverrideRead:
    """Refused with 409 when a user of it is in another override of the schedule at the same time."""
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        override = await overrides.create(connection, schedule_id, OverrideSpec(**dict(body)))
    response.headers["Location"] = f"/api/v1/schedules/{schedule_id}/overrides/{override.id}"
    return OverrideRead.model_validate(override)


@router.get("", summary="List a schedule's overrides, past ones among them")
async def list_overrides(
    schedule_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[OverrideRead]:
    await schedules.get(pool, schedule_id)
    found = await overrides.page(pool, schedule_id, position_after(cursor), limit)
    return ListPage(items=[OverrideRead.model_validate(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{override_id}", summary="Show an override")
async def get_override(schedule_id: UUID, override_id: UUID, _actor: Reader, pool: Database) -> OverrideRead:
    return OverrideRead.model_validate(await overrides.get(pool, schedule_id, override_id))


@router.patch("/{override_id}", summary="Change an override")
async def patch_override(
    schedule_id: UUID, override_id: UUID, body: OverridePatch, actor: Writer, pool: Database
) -> OverrideRead:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        override = await overrides.get(connection, schedule_id, override_id)
        changed = await overrides.update(connection, override, replace(override.spec, **body.given()))
    return OverrideRead.model_validate(changed)


@router.delete("/{override_id}", status_code=204, summary="Delete an override")
async def delete_override(schedule_id: UUID, override_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        require_edit(actor, (await schedules.lock(connection, schedule_id)).team_id)
        await overrides.delete(connection, schedule_id, override_id)
