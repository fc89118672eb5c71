"""Sign-ins by password: the cookie's value is kept as SHA-256."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements
from tocsin.store.actor import Actor
from tocsin.store.credentials import digest, new_session_token

_sql = Statements("tocsin.store", "sessions.sql")


@dataclass(frozen=True, slots=True)
class Client:
    """Where somebody signs in from."""

    ip: str | None
    user_agent: str = field(default="")


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


async def create(connection: Connection, user_id: UUID, client: Client, lifetime: timedelta) -> str:
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
