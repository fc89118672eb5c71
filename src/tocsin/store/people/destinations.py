"""Where a message to one contact method or channel goes, with its secret: for senders only, never to be shown."""

from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound

_sql = Statements(__package__, "destinations.sql")


@dataclass(frozen=True, slots=True)
class NamedDestination:
    """The name of a user or channel, and where a page to it goes. ``secret`` signs webhooks."""

    name: str
    type: str
    address: str = field(repr=False)
    secret: str | None = field(repr=False)


async def types(database: Queryable) -> frozenset[str]:
    """The types of all addresses that there are."""
    return frozenset(row["type"] for row in await database.fetch(_sql["types"]))


async def of_contact_method(database: Queryable, user_id: UUID, method_id: UUID) -> NamedDestination:
    """Raises NotFound, also when it is another user's."""
    row = await database.fetchrow(_sql["contact_method"], user_id, method_id)
    if row is None:
        raise NotFound("no such contact method")
    return _recipient(row)


async def of_channel(database: Queryable, channel_id: UUID) -> NamedDestination:
    """Raises NotFound."""
    row = await database.fetchrow(_sql["channel"], channel_id)
    if row is None:
        raise NotFound("no such channel")
    return _recipient(row)


def _recipient(row: asyncpg.Record) -> NamedDestination:
    return NamedDestination(row["name"], row["type"], row["address"], row["secret"])
