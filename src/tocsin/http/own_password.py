"""Somebody who has a session or a token proves that it is still them, before they change how they sign in."""

import time
from collections.abc import Mapping
from uuid import UUID

from fastapi import Request

from tocsin.errors import FieldError, InvalidInput
from tocsin.store.actor import Actor
from tocsin.store.people import users
from tocsin.store.people.passwords import verify_password


async def require_proof(
    request: Request, actor: Actor, user_id: UUID, changes: Mapping[str, object], current_password: str
) -> None:
    """Raise InvalidInput when somebody changes their own password or email without the current password."""
    if actor.user_id != user_id:
        return
    email = (await users.get(request.app.state.pool, user_id)).email
    if "password" in changes or changes.get("email", email) != email:
        await require_own_password(request, actor, current_password, "current_password")


async def require_own_password(request: Request, actor: Actor, password: str, field: str) -> None:
    """Raise InvalidInput for the field unless the password is the actor's, and after too many wrong passwords."""
    assert actor.user_id is not None  # a token of nobody has no password of its own
    attempts, key = request.app.state.password_attempts, (f"password of {actor.user_id}", None)
    if attempts.wait(key, time.monotonic()):
        raise InvalidInput(FieldError(field, "too many wrong ones; try again later"))
    attempts.begin(key, time.monotonic())
    user = await users.get(request.app.state.pool, actor.user_id)
    known = await users.password_of(request.app.state.pool, user.email)
    if not await verify_password(known[1] if known else None, password):
        raise InvalidInput(FieldError(field, "is not your password"))
    attempts.succeed(key)
