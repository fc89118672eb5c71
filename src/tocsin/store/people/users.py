"""Users: people, what they may do, and how they sign in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.actor import Role
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import use_errors

_sql = Statements(__package__, "users.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpec:
    """The fields of a user that can be set, except the password."""

    name: str
    email: str
    role: Role = "user"


@dataclass(frozen=True, slots=True)
class User:
    """A user, without anything secret."""

    id: UUID
    name: str
    email: str
    role: Role
    created_at: datetime

    @property
    def spec(self) -> UserSpec:
        return UserSpec(name=self.name, email=self.email, role=self.role)


async def create(connection: Connection, spec: UserSpec, password_hash: str | None = None) -> User:
    """A new user; without a password they cannot sign in yet."""
    return await get(
        connection, await connection.fetchval(_sql["insert"], spec.name, spec.email, spec.role, password_hash)
    )


async def get(database: Queryable, user_id: UUID) -> User:
    """Raises NotFound."""
    return await _one(database, "get", user_id)


async def lock(connection: Connection, user_id: UUID) -> User:
    """The user as they are until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", user_id)


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[User]:
    """Users in order of creation, those whose name or email holds ``q``."""
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    return cut([User(**row) for row in rows], limit)


async def update(connection: Connection, user_id: UUID, spec: UserSpec) -> User:
    """Change a user that is locked. Raises Conflict when no administrator would be left."""
    if spec.role != "admin":
        await _require_another_admin(connection, user_id)
    row = await connection.fetchrow(_sql["update"], user_id, spec.name, spec.email, spec.role)
    assert row is not None
    return User(**row)


async def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    await connection.execute(_sql["set_password"], user_id, password_hash)


async def delete(connection: Connection, user_id: UUID) -> None:
    """Delete a user that is locked, with the overrides and shifts of theirs that are over.

    Raises Conflict when no administrator would be left, and when something names the user: an error for each.
    """
    await _require_another_admin(connection, user_id)
    for statement in ("delete_past_overrides", "delete_past_shifts"):
        await connection.execute(_sql[statement], user_id)
    if uses := await connection.fetch(_sql["uses"], user_id):
        raise Conflict("the user is in use: take them out of what the errors name first", *use_errors(uses))
    await connection.execute(_sql["delete"], user_id)


async def password_of(database: Queryable, email: str) -> tuple[UUID, str | None] | None:
    """The user with this address and the hash of their password, if they have one."""
    row = await database.fetchrow(_sql["password"], email)
    return (row["id"], row["password_hash"]) if row else None


async def _one(database: Queryable, statement: str, user_id: UUID) -> User:
    if row := await database.fetchrow(_sql[statement], user_id):
        return User(**row)
    raise NotFound("no such user")


async def _require_another_admin(connection: Connection, user_id: UUID) -> None:
    user = await _one(connection, "get", user_id)
    if user.role != "admin":
        return
    # One at a time, or two administrators could remove each other, each counting on the other. The count is a statement
    # of its own, so that it sees what the transaction before it has committed.
    await connection.execute(_sql["lock_administrators"])
    if await connection.fetchval(_sql["other_admins"], user_id) == 0:
        raise Conflict("this is the last administrator: make somebody else one first")
