"""API tokens: shown once, kept as SHA-256."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound, Unauthenticated
from tocsin.store.actor import Actor, Role, Scope
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.random_secrets import digest, new_token

_sql = Statements(__package__, "tokens.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSpec:
    """What a new token may do, and until when. Without ``user_id`` it belongs to nobody.

    ``parent_id`` is the token that it ends with.
    """

    name: str
    user_id: UUID | None = None
    role: Role = "user"
    scope: Scope = "write"
    expires_at: datetime | None = None
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token that has not been revoked; the secret itself is not known any more."""

    id: UUID
    name: str
    user_id: UUID | None
    role: Role
    scope: Scope
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


async def actor_by_token(pool: Pool, secret: str, ip: str | None) -> Actor | None:
    """Who the token stands for; None when it is unknown, expired or revoked. Notes the use, at most once a minute."""
    row = await pool.fetchrow(_sql["authenticate"], digest(secret))
    if row is None:
        return None
    if row["is_use_due"]:
        await pool.execute(_sql["note_use"], row["id"])
    return Actor(
        type="token",
        id=str(row["id"]),
        name=row["name"],
        user_id=row["user_id"],
        role=row["role"],
        scope=row["scope"],
        teams={UUID(team_id): role for team_id, role in row["teams"].items()},
        expires_at=row["expires_at"],
        ip=ip,
    )


async def create(connection: Connection, spec: TokenSpec) -> tuple[Token, str]:
    """A new token and its secret, which cannot be read again. Raises Unauthenticated when its parent was revoked."""
    if spec.parent_id and not await connection.fetchval(_sql["hold_parent"], spec.parent_id):
        raise Unauthenticated("the token was revoked")
    secret = new_token()
    token_id = await connection.fetchval(
        _sql["insert"], spec.name, spec.user_id, spec.role, spec.scope, spec.expires_at, digest(secret), spec.parent_id
    )
    return await get(connection, token_id), secret


async def get(database: Queryable, token_id: UUID) -> Token:
    """Raises NotFound for a revoked token too."""
    if row := await database.fetchrow(_sql["get"], token_id):
        return Token(**row)
    raise NotFound("no such token")


async def page(database: Queryable, user_id: UUID | None, after: Position | None, limit: int) -> Slice[Token]:
    """Tokens in order of creation, of one user or of everybody."""
    rows = await database.fetch(_sql["list"], user_id, *bounds(after), limit + 1)
    return cut([Token(**row) for row in rows], limit)


async def revoke(connection: Connection, token_id: UUID) -> None:
    """Revoke the token and every token that was made with it."""
    await connection.execute(_sql["lock"], token_id)
    await connection.execute(_sql["revoke"], token_id)
