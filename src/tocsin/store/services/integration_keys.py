"""Integration keys: a source's way in, shown once and kept as SHA-256."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Database
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.random_secrets import digest, new_integration_token

_sql = Statements(__package__, "integration_keys.sql")

KeyType = Literal["generic"]


@dataclass(frozen=True, slots=True)
class IntegrationKey:
    """A key that has not been revoked; the token itself is not known any more."""

    id: UUID
    service_id: UUID
    name: str
    type: KeyType
    created_at: datetime
    last_used_at: datetime | None


async def create(
    connection: Connection, service_id: UUID, name: str, key_type: KeyType = "generic"
) -> tuple[IntegrationKey, str]:
    """A new key and its token, which cannot be read again."""
    token = new_integration_token()
    row = await connection.fetchrow(_sql["insert"], service_id, name, key_type, digest(token))
    assert row is not None
    return IntegrationKey(**row), token


async def get(database: Database, service_id: UUID, key_id: UUID) -> IntegrationKey:
    """Raises NotFound for a revoked key too, and for one of another service."""
    return _found(await database.fetchrow(_sql["get"], service_id, key_id))


async def page(database: Database, service_id: UUID, after: Position | None, limit: int) -> Slice[IntegrationKey]:
    rows = await database.fetch(_sql["list"], service_id, *bounds(after), limit + 1)
    return cut([IntegrationKey(**row) for row in rows], limit)


async def rename(connection: Connection, service_id: UUID, key_id: UUID, name: str) -> IntegrationKey:
    """Raises NotFound."""
    return _found(await connection.fetchrow(_sql["rename"], service_id, key_id, name))


async def revoke(connection: Connection, service_id: UUID, key_id: UUID) -> None:
    """From now on the token is unknown. Raises NotFound."""
    if await connection.fetchval(_sql["revoke"], service_id, key_id) is None:
        raise NotFound("no such integration key")


def _found(row: asyncpg.Record | None) -> IntegrationKey:
    if row is None:
        raise NotFound("no such integration key")
    return IntegrationKey(**row)
