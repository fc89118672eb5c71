"""Integration keys: a source's way in, shown once and kept as SHA-256."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound, PermissionDenied, Unauthenticated
from tocsin.store.actor import Actor
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.payloads import received
from tocsin.store.payloads.received import MAX_QUARANTINED, MAX_QUARANTINED_BYTES, SentBy
from tocsin.store.random_secrets import digest, new_integration_token

_sql = Statements(__package__, "integration_keys.sql")


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """A key that has not been revoked; the token itself is not known any more."""

    id: UUID
    service_id: UUID
    name: str
    type: str
    created_at: datetime
    last_used_at: datetime | None
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SenderCredential:
    """What a sender shows: the secret, the type of key that the path asks for, and where the request came from."""

    secret: str = field(repr=False)
    type: str
    ip: str | None = None

    @property
    def digest(self) -> bytes:
        return digest(self.secret)


@dataclass(frozen=True, slots=True)
class KnownSender:
    """A known sender, and what its key is set to. ``routing_version`` is 0 when the key never had a routing rule."""

    service_id: UUID
    actor: Actor
    options: Mapping[str, str]
    routing_version: int


async def allow_types(database: Queryable, types: Sequence[str]) -> None:
    """Let keys be of these types; those that were allowed before stay allowed."""
    await database.execute(_sql["allow_types"], types)


async def create(
    connection: Connection, service_id: UUID, name: str, key_type: str, options: Mapping[str, str] | None = None
) -> tuple[IntegrationKey, str]:
    """A new key and its token, which cannot be read again."""
    token = new_integration_token()
    given = (name, key_type, digest(token), dict(options or {}))
    key_id = await connection.fetchval(_sql["insert"], service_id, *given)
    return await get(connection, service_id, key_id), token


async def get(database: Queryable, service_id: UUID, key_id: UUID) -> IntegrationKey:
    """Raises NotFound for a revoked key too, and for one of another service."""
    return _found(await database.fetchrow(_sql["get"], service_id, key_id))


async def page(database: Queryable, service_id: UUID, after: Position | None, limit: int) -> Slice[IntegrationKey]:
    rows = await database.fetch(_sql["list"], service_id, *bounds(after), limit + 1)
    return cut([IntegrationKey(**row) for row in rows], limit)


async def change(
    connection: Connection, service_id: UUID, key_id: UUID, name: str, options: Mapping[str, str]
) -> IntegrationKey:
    """Raises NotFound."""
    return _found(await connection.fetchrow(_sql["change"], service_id, key_id, name, dict(options)))


async def options_of(database: Queryable, key_id: UUID) -> Mapping[str, str]:
    """What a key is set to, a revoked one too; a key that is gone to nothing."""
    return await database.fetchval(_sql["options_of"], key_id) or {}


async def revoke(connection: Connection, service_id: UUID, key_id: UUID) -> None:
    """From now on the token is unknown. Raises NotFound."""
    if await connection.fetchval(_sql["revoke"], service_id, key_id) is None:
        raise NotFound("no such integration key")


def unknown_key() -> Unauthenticated:
    return Unauthenticated("the integration key is unknown or revoked")


def wrong_type() -> PermissionDenied:
    return PermissionDenied("this integration key is of another type: it cannot be used on this path")


async def authenticate(
    database: Queryable, credential: SenderCredential, sent_by: SentBy = None, unmapped: str | None = None
) -> KnownSender:
    """Who sends. Notes the use, at most once a minute, and keeps what was sent.

    ``unmapped`` says why it could not be mapped, and puts it in the key's quarantine; that has no room when the sender
    that is returned has no payload. Raises Unauthenticated for an unknown or revoked key, PermissionDenied for one of
    another type.
    """
    asked = (credential.digest, credential.type)
    limits = (unmapped, MAX_QUARANTINED, MAX_QUARANTINED_BYTES)
    row = await database.fetchrow(_sql["authenticate"], *asked, *received.arguments(sent_by), *limits)
    if row is None:
        raise unknown_key()
    if not row["is_allowed"]:
        raise wrong_type()
    key_id, payload_id = str(row["id"]), row["payload_id"]
    actor = Actor(type="integration_key", id=key_id, name=row["name"], ip=credential.ip, payload_id=payload_id)
    return KnownSender(row["service_id"], actor, row["options"], row["routing_version"])


def _found(row: asyncpg.Record | None) -> IntegrationKey:
    if row is None:
        raise NotFound("no such integration key")
    return IntegrationKey(**row)
