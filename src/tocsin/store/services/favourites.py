"""The favourite services of users."""

from collections.abc import Set as AbstractSet
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound

_sql = Statements(__package__, "favourites.sql")


async def of_user(database: Queryable, user_id: UUID) -> AbstractSet[UUID]:
    """The ids of the user's favourite services."""
    return {row["service_id"] for row in await database.fetch(_sql["of_user"], user_id)}


async def add(connection: Connection, user_id: UUID, service_id: UUID) -> None:
    """Make the service a favourite; it may be one already. Raises NotFound when there is no such service."""
    try:
        await connection.execute(_sql["add"], user_id, service_id)
    except asyncpg.ForeignKeyViolationError:
        raise NotFound("no such service") from None


async def remove(connection: Connection, user_id: UUID, service_id: UUID) -> None:
    """Make the service no favourite any longer."""
    await connection.execute(_sql["remove"], user_id, service_id)
