"""Calendar feeds: the secret address of the shifts of a user, schedule or team, shown once and kept as SHA-256."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Connection, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.random_secrets import digest, new_feed_token

_sql = Statements(__package__, "calendar_feeds.sql")

OwnerKind = Literal["user", "schedule", "team"]


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A feed; the secret itself is not known any more. ``last_used_at`` is true to about a minute."""

    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedOwner:
    """Whose shifts an address holds."""

    kind: OwnerKind
    id: UUID
    name: str


async def find(database: Queryable, owner_id: UUID) -> CalendarFeed | None:
    row = await database.fetchrow(_sql["get"], owner_id)
    return CalendarFeed(**row) if row else None


async def renew(connection: Connection, kind: OwnerKind, owner_id: UUID) -> tuple[CalendarFeed, str]:
    """A feed with a new secret, which cannot be read again; the former one no longer works."""
    secret = new_feed_token()
    row = await connection.fetchrow(_sql["put"], kind, owner_id, digest(secret))
    assert row is not None
    return CalendarFeed(**row), secret


async def revoke(connection: Connection, owner_id: UUID) -> None:
    """Raises NotFound when there is none."""
    if await connection.fetchval(_sql["delete"], owner_id) is None:
        raise NotFound("no calendar feed")


async def owner_of(pool: Pool, secret: str) -> FeedOwner:
    """Whose the secret is. Notes the use, at most once a minute. Raises NotFound."""
    row = await pool.fetchrow(_sql["owner_of"], digest(secret))
    if row is None:
        raise NotFound("no such calendar")
    if row["is_use_due"]:
        await pool.execute(_sql["note_use"], row["id"])
    return FeedOwner(row["kind"], row["id"], row["name"])
