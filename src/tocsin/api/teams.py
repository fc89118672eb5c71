"""Teams. Administrators make and remove them, managers change who is in them."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from tocsin.errors import FieldError
from tocsin.http.access import require_manage
from tocsin.http.auth import Admin, Database, Reader, Writer
from tocsin.http.fields import Body, Name, Read, Search, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import TeamRole, acting
from tocsin.store.people import teams
from tocsin.store.people.teams import Member, TeamSpec
from tocsin.store.references import require_none

router = APIRouter(prefix="/teams", tags=["teams"])

_EXAMPLE = {
    "name": "Payments",
    "members": [{"user_id": "6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30", "role": "manager"}],
}


class MemberBody(Body):
    """A user's place in the team."""

    user_id: UUID
    role: TeamRole = "member"


class MemberRead(Read):
    """A user's place in the team."""

    user_id: UUID
    role: TeamRole


class TeamCreate(Body):
    """A new team."""

    model_config = example(_EXAMPLE)

    name: Name
    members: list[MemberBody] = Field([], max_length=500)


class TeamPatch(Body):
    """What to change of a team; what is left out stays. Members are replaced as a whole."""

    model_config = example({"members": _EXAMPLE["members"]})

    name: Name = optional()
    members: list[MemberBody] = optional(max_length=500)


class TeamRead(Read):
    """A team."""

    id: UUID
    name: str
    members: list[MemberRead]
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create a team")
async def create_team(body: TeamCreate, actor: Admin, pool: Database, response: Response) -> TeamRead:
    spec = TeamSpec(name=body.name, members=_members(body.members))
    async with acting(pool, actor) as connection:
        team = await teams.create(connection, spec)
    response.headers["Location"] = f"/api/v1/teams/{team.id}"
    return TeamRead.model_validate(team)


@router.get("", summary="List teams")
async def list_teams(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[TeamRead]:
    found = await teams.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[TeamRead.model_validate(team) for team in found.items], next_cursor=cursor_at(found.next))


@router.get("/{team_id}", summary="Show a team")
async def get_team(team_id: UUID, _actor: Reader, pool: Database) -> TeamRead:
    return TeamRead.model_validate(await teams.get(pool, team_id))


@router.patch("/{team_id}", summary="Change a team or who is in it")
async def patch_team(team_id: UUID, body: TeamPatch, actor: Writer, pool: Database) -> TeamRead:
    changes = body.given()
    if "members" in changes:
        changes["members"] = _members(body.members)
    async with acting(pool, actor) as connection:
        team = await teams.lock(connection, team_id)
        require_manage(actor, team_id)
        changed = await teams.update(connection, team, replace(team.spec, **changes))
    return TeamRead.model_validate(changed)


@router.delete("/{team_id}", status_code=204, summary="Delete a team that nothing carries any more")
async def delete_team(team_id: UUID, actor: Admin, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await teams.lock(connection, team_id)
        await teams.delete(connection, team_id)


def _members(bodies: list[MemberBody]) -> list[Member]:
    """The members. Raises InvalidInput when a user is listed twice."""
    ids = [body.user_id for body in bodies]
    require_none(
        [
            FieldError(f"members.{index}.user_id", "is listed already")
            for index, user_id in enumerate(ids)
            if user_id in ids[:index]
        ]
    )
    return [Member(body.user_id, body.role) for body in bodies]
