"""Users. Administrators make and remove them; everybody may change their own name, email and password."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from tocsin.errors import NotFound
from tocsin.http.access import require_edit_user, require_rank
from tocsin.http.auth import Admin, Database, Reader, Writer
from tocsin.http.fields import Body, Email, Name, Password, Read, Search, Text, UtcDatetime, example, optional
from tocsin.http.own_password import require_proof
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Role, acting
from tocsin.store.people import sessions, users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import UserSpec

router = APIRouter(tags=["users"])

_EXAMPLE = {"name": "Ann Lee", "email": "ann@example.org", "role": "user"}


class UserCreate(Body):
    """A new user. Without a password they cannot sign in yet."""

    model_config = example(_EXAMPLE)

    name: Name
    email: Email
    role: Role = "user"
    password: Password | None = None


class UserPatch(Body):
    """What to change of a user; what is left out stays.

    Everybody gives their current password for another password or email of their own.
    """

    model_config = example({"name": "Ann Miller"})

    name: Name = optional()
    email: Email = optional()
    role: Role = optional(description="administrators only")
    password: Password = optional(description="signs the user out everywhere")
    current_password: Annotated[Text, Field(max_length=1024)] = optional(
        description="needed for another password or email of one's own"
    )


class UserRead(Read):
    """A user."""

    id: UUID
    name: str
    email: str
    role: Role
    created_at: UtcDatetime


@router.post("/users", status_code=201, summary="Create a user")
async def create_user(body: UserCreate, actor: Admin, pool: Database, response: Response) -> UserRead:
    password_hash = await hash_password(body.password) if body.password else None
    async with acting(pool, actor) as connection:
        user = await users.create(connection, UserSpec(name=body.name, email=body.email, role=body.role), password_hash)
    response.headers["Location"] = f"/api/v1/users/{user.id}"
    return UserRead.model_validate(user)


@router.get("/users", summary="List users")
async def list_users(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name or email")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[UserRead]:
    found = await users.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[UserRead.model_validate(user) for user in found.items], next_cursor=cursor_at(found.next))


@router.get(
    "/users/me", summary="Show the user who is calling", responses={404: {"description": "The token belongs to nobody"}}
)
async def get_me(actor: Reader, pool: Database) -> UserRead:
    if actor.user_id is None:
        raise NotFound("this token belongs to no user")
    return UserRead.model_validate(await users.get(pool, actor.user_id))


@router.get("/users/{user_id}", summary="Show a user")
async def get_user(user_id: UUID, _actor: Reader, pool: Database) -> UserRead:
    return UserRead.model_validate(await users.get(pool, user_id))


@router.patch("/users/{user_id}", summary="Change a user")
async def patch_user(request: Request, user_id: UUID, body: UserPatch, actor: Writer, pool: Database) -> UserRead:
    require_edit_user(actor, user_id)
    changes = body.given()
    current_password = changes.pop("current_password", "")
    require_rank(actor, await users.get(pool, user_id), changes)
    await require_proof(request, actor, user_id, changes, current_password)
    password_hash = await hash_password(changes.pop("password")) if "password" in changes else None
    async with acting(pool, actor) as connection:
        user = await users.lock(connection, user_id)
        require_rank(actor, user, body.given())
        changed = await users.update(connection, user_id, replace(user.spec, **changes))
        if password_hash is not None:
            await users.set_password(connection, user_id, password_hash)
            await sessions.end_all(connection, user_id)
    return UserRead.model_validate(changed)


@router.delete("/users/{user_id}", status_code=204, summary="Delete a user whom nothing names any more")
async def delete_user(user_id: UUID, actor: Admin, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await users.lock(connection, user_id)
        await users.delete(connection, user_id)
