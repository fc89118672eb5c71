"""Channels: places, not persons, that a policy step can notify."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.random_secrets import new_signing_secret
from tocsin.store.references import Reference, names_of_uses, policies_using, require_none, unknown, use_errors

_sql = Statements(__package__, "channels.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """The fields that users set. The type is fixed once the channel exists; ``team_id`` None is everybody's."""

    name: str
    type: str
    address: str
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, without its signing secret."""

    id: UUID
    team_id: UUID | None
    name: str
    type: str
    address: str
    created_at: datetime

    @property
    def spec(self) -> ChannelSpec:
        return ChannelSpec(name=self.name, type=self.type, address=self.address, team_id=self.team_id)


async def create(connection: Connection, spec: ChannelSpec) -> tuple[Channel, str | None]:
    """A new channel and, if its type is signed, the secret that will sign what is sent to it. Raises InvalidInput."""
    await _require_team(connection, spec)
    secret = new_signing_secret()
    row = await connection.fetchrow(_sql["insert"], spec.team_id, spec.name, spec.type, spec.address, secret)
    assert row is not None
    return await get(connection, row["id"]), row["secret"]


async def get(database: Queryable, channel_id: UUID) -> Channel:
    """Raises NotFound."""
    return await _one(database, "get", channel_id)


async def lock(connection: Connection, channel_id: UUID) -> Channel:
    """The channel as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", channel_id)


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Channel]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    return cut([Channel(**row) for row in rows], limit)


async def update(connection: Connection, channel_id: UUID, spec: ChannelSpec) -> Channel:
    """Change a channel that is locked. Raises InvalidInput when there is no such team."""
    await _require_team(connection, spec)
    row = await connection.fetchrow(_sql["update"], channel_id, spec.team_id, spec.name, spec.address)
    assert row is not None
    return Channel(**row)


async def delete(connection: Connection, channel_id: UUID) -> None:
    """Delete a channel that is locked. Raises Conflict naming the policies that notify it."""
    if uses := await policies_using(connection, channel_id):
        raise Conflict(f"used by {names_of_uses(uses)}: take it out there first", *use_errors(uses))
    await connection.execute(_sql["delete"], channel_id)


async def _one(database: Queryable, statement: str, channel_id: UUID) -> Channel:
    if row := await database.fetchrow(_sql[statement], channel_id):
        return Channel(**row)
    raise NotFound("no such channel")


async def _require_team(connection: Connection, spec: ChannelSpec) -> None:
    require_none(await unknown(connection, [Reference("team_id", "team", spec.team_id)]))
