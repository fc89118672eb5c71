"""Sign-ins by password: the cookie's value is kept as SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Connection, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.store.actor import Actor
from tocsin.store.random_secrets import digest, new_session_token

_sql = Statements(__package__, "sessions.sql")


@dataclass(frozen=True, slots=True)
class SignInClient:
    """Where somebody signs in from."""

    ip: str | None
    user_agent: str = field(default="")


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that still works. ``last_seen_at`` is true to about a minute; ``is_this``: who asks came by it."""

    id: UUID
    user_agent: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


async def actor_by_session(pool: Pool, secret: str, ip: str | None) -> Actor | None:
    """Who is signed in; None when the session is unknown or over. Notes the use, at most once a minute."""
    row = await pool.fetchrow(_sql["authenticate"], digest(secret))
    if row is None:
        return None
    if row["is_use_due"]:
        await pool.execute(_sql["note_use"], row["id"])
    return Actor(
        type="user",
        id=str(row["user_id"]),
        name=row["name"],
        user_id=row["user_id"],
        role=row["role"],
        scope="admin" if row["role"] == "admin" else "write",
        teams={UUID(team_id): role for team_id, role in row["teams"].items()},
        ip=ip,
    )


async def known_as(database: Queryable, user_id: UUID | None, client: SignInClient, secret: str | None) -> str | None:
    """How we know a client that signs in as the user: by a session of theirs or by an address; None when we do not.

    ``secret`` is the session cookie that the client sends. An address counts when the user is signed in from it.
    """
    row = await database.fetchrow(_sql["known"], user_id, digest(secret) if secret else None, client.ip or "")
    assert row is not None
    if row["session_id"] is not None:
        return f"session {row['session_id']}"
    return f"{user_id} at {client.ip}" if row["is_at_home"] else None


async def create(connection: Connection, user_id: UUID, client: SignInClient, lifetime: timedelta) -> str:
    """Sign the user in; returns the value of the cookie. Sessions of the user that are over are cleared away."""
    secret = new_session_token()
    await connection.execute(_sql["delete_expired"], user_id)
    await connection.execute(
        _sql["insert"], user_id, digest(secret), client.user_agent[:500], client.ip or "", lifetime
    )
    return secret


async def end(connection: Connection, secret: str) -> None:
    """Sign out. Does nothing when the session is over already."""
    await connection.execute(_sql["delete"], digest(secret))


async def end_all(connection: Connection, user_id: UUID, *, keep: str | None = None) -> None:
    """Sign the user out everywhere, except in the session whose cookie is ``keep``."""
    await connection.execute(_sql["delete_of_user"], user_id, digest(keep) if keep else None)


async def of_user(database: Queryable, user_id: UUID, this: str | None) -> Sequence[Session]:
    """The user's sessions, the one used last first; ``this`` is the cookie of who asks."""
    rows = await database.fetch(_sql["list"], user_id, digest(this) if this else None)
    return [Session(**row) for row in rows]


async def end_one(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    """Sign the user out of one session. Does nothing when it is over already."""
    await connection.execute(_sql["delete_one"], user_id, session_id)
