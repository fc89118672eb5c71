"""Teams and who is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.actor import TeamRole
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, require_none, unknown, use_errors

_sql = Statements(__package__, "teams.sql")


@dataclass(frozen=True, slots=True)
class Member:
    """One user's place in a team."""

    user_id: UUID
    role: TeamRole = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSpec:
    """The fields that users set. No user is a member twice."""

    name: str
    members: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """A team; members in a fixed order."""

    id: UUID
    name: str
    created_at: datetime
    members: Sequence[Member]

    @property
    def spec(self) -> TeamSpec:
        return TeamSpec(name=self.name, members=self.members)


async def create(connection: Connection, spec: TeamSpec) -> Team:
    """Raises InvalidInput naming every member that is no user."""
    await _require_users(connection, spec.members)
    team_id = await connection.fetchval(_sql["insert"], spec.name)
    await _put_members(connection, team_id, spec.members)
    return await get(connection, team_id)


async def get(database: Queryable, team_id: UUID) -> Team:
    """Raises NotFound."""
    if row := await database.fetchrow(_sql["get"], team_id):
        return _team(row)
    raise NotFound("no such team")


async def lock(connection: Connection, team_id: UUID) -> Team:
    """The team as it is until the transaction ends. Raises NotFound."""
    await connection.execute(_sql["lock"], team_id)
    return await get(connection, team_id)


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Team]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    return cut([_team(row) for row in rows], limit)


async def update(connection: Connection, team: Team, spec: TeamSpec) -> Team:
    """Change a team that is locked; its members are replaced as a whole. Raises InvalidInput."""
    await _require_users(connection, spec.members)
    await connection.execute(_sql["rename"], team.id, spec.name)
    await _put_members(connection, team.id, spec.members)
    return await get(connection, team.id)


async def delete(connection: Connection, team_id: UUID) -> None:
    """Delete a team that is locked, and who is in it.

    Raises Conflict while anything carries the team, an error for each: without a team it would be everybody's.
    """
    if uses := await connection.fetch(_sql["uses"], team_id):
        advice = "delete what the errors name, or give it to another team, first"
        raise Conflict(f"the team is in use: {advice}", *use_errors(uses))
    await connection.execute(_sql["delete"], team_id)


async def _put_members(connection: Connection, team_id: UUID, members: Sequence[Member]) -> None:
    users = [member.user_id for member in members]
    await connection.execute(_sql["remove_other_members"], team_id, users)
    await connection.execute(_sql["put_members"], team_id, users, [member.role for member in members])


async def _require_users(connection: Connection, members: Sequence[Member]) -> None:
    references = [Reference(f"members.{index}.user_id", "user", member.user_id) for index, member in enumerate(members)]
    require_none(await unknown(connection, references))


def _team(row: asyncpg.Record) -> Team:
    members = [Member(UUID(member["user_id"]), member["role"]) for member in row["members"]]
    return Team(row["id"], row["name"], row["created_at"], members)
