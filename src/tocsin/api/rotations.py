"""Rotations: who of several people is active, handed on at fixed times."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from tocsin.domain.on_call.handoffs import RotationType
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Name, Read, Search, Text, TimeZone, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.on_call import rotations
from tocsin.store.on_call.rotations import RotationSpec

router = APIRouter(prefix="/rotations", tags=["rotations"])

_EXAMPLE = {
    "name": "Payments, weekly",
    "time_zone": "Europe/Berlin",
    "type": "weekly",
    "shift_length": 1,
    "start_at": "2030-01-07T08:00:00Z",
    "participants": ["6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30", "0d1c2b3a-4f5e-4d6c-8b7a-9e8f7a6b5c4d"],
}

ShiftLength = Annotated[int, Field(strict=True, ge=1, le=1000, description="in hours, days, weeks or months by type")]
Participants = Annotated[list[UUID], Field(max_length=500)]
ActivePosition = Annotated[int, Field(strict=True, ge=0, le=499)]


class RotationCreate(Body):
    """A new rotation. Its first participant is active at once, wherever the start lies."""

    model_config = example(_EXAMPLE)

    team_id: UUID | None = Field(None, description="null: everybody's")
    name: Name
    description: Text = ""
    time_zone: TimeZone
    type: RotationType
    shift_length: ShiftLength = 1
    start_at: UtcDatetime = Field(description="a handoff; the others lie whole shifts before and after it")
    participants: Participants = Field([], description="users in order; one may stand several times")


class RotationPatch(Body):
    """What to change of a rotation; what is left out stays.

    Participants are replaced as a whole; whoever is active stays so while among them.
    """

    model_config = example({"shift_length": 2})

    team_id: UUID | None = optional()
    name: Name = optional()
    description: Text = optional()
    time_zone: TimeZone = optional()
    type: RotationType = optional()
    shift_length: ShiftLength = optional()
    start_at: UtcDatetime = optional()
    participants: Participants = optional()
    active_position: ActivePosition = optional(description="make the participant at this place active; counts from 0")


class RotationRead(Read):
    """A rotation and who is active now; all of that is null while nobody is."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    time_zone: str
    type: RotationType
    shift_length: int
    start_at: UtcDatetime
    participants: list[UUID]
    active_user_id: UUID | None
    position: int | None = Field(description="the active place among the participants; counts from 0")
    shift_started_at: UtcDatetime | None
    next_handoff_at: UtcDatetime | None
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create a rotation")
async def create_rotation(body: RotationCreate, actor: Writer, pool: Database, response: Response) -> RotationRead:
    require_make(actor, body.team_id)
    async with acting(pool, actor) as connection:
        rotation = await rotations.create(connection, RotationSpec(**dict(body)))
    response.headers["Location"] = f"/api/v1/rotations/{rotation.id}"
    return RotationRead.model_validate(rotation)


@router.get("", summary="List rotations")
async def list_rotations(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[RotationRead]:
    found = await rotations.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[RotationRead.model_validate(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{rotation_id}", summary="Show a rotation")
async def get_rotation(rotation_id: UUID, _actor: Reader, pool: Database) -> RotationRead:
    return RotationRead.model_validate(await rotations.get(pool, rotation_id))


@router.patch("/{rotation_id}", summary="Change a rotation, or who is active")
async def patch_rotation(rotation_id: UUID, body: RotationPatch, actor: Writer, pool: Database) -> RotationRead:
    changes = body.given()
    active_position = changes.pop("active_position", None)
    async with acting(pool, actor) as connection:
        rotation = await rotations.lock(connection, rotation_id)
        spec = replace(rotation.spec, **changes)
        require_move(actor, rotation.team_id, spec.team_id)
        changed = await rotations.update(connection, rotation, spec)
        if active_position is not None:
            changed = await rotations.activate(connection, changed, active_position)
    return RotationRead.model_validate(changed)


@router.delete("/{rotation_id}", status_code=204, summary="Delete a rotation that no schedule and no policy uses")
async def delete_rotation(rotation_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        rotation = await rotations.lock(connection, rotation_id)
        require_edit(actor, rotation.team_id)
        await rotations.delete(connection, rotation_id)
