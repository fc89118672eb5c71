"""Editing one person: name, email, role; a new password; deleting them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.users import UserPatch
from tocsin.domain.rights import is_admin
from tocsin.errors import Conflict
from tocsin.http.access import require_edit_user
from tocsin.http.addresses import prepare_address_checks
from tocsin.http.auth import Database
from tocsin.http.own_password import require_proof
from tocsin.store.actor import Actor, acting
from tocsin.store.people import sessions, users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import User, UserSpec
from tocsin.store.random_secrets import new_password
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.refusals import Refusal, refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import see_once
from tocsin.web.kit.viewer import Viewer, require_admin

router = APIRouter(
    include_in_schema=False, prefix="/people/{user_id:uuid}", dependencies=[Depends(prepare_address_checks)]
)


@router.get("/edit")
async def show(request: Request, user_id: UUID, viewer: Viewer) -> Response:
    """The form."""
    require_edit_user(viewer, user_id)
    return await _edit_page(request, viewer, user_id)


@router.post("/edit")
async def edit(request: Request, user_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Change name and email, and the role by an administrator."""
    require_edit_user(viewer, user_id)
    fields = ("name", "email", "role") if is_admin(viewer) else ("name", "email")
    try:
        body = form.body(UserPatch, {name: form.value(name) for name in fields})
        await require_proof(request, viewer, user_id, body.given(), dict(form.fields).get("current_password", ""))
        async with acting(pool, viewer) as connection:
            user = await users.lock(connection, user_id)
            await users.update(connection, user_id, UserSpec(**{"role": user.role, **body.given()}))
    except FORM_ERRORS as error:
        return await _edit_page(request, viewer, user_id, status_of(error), form=form.wrong(error))
    return see_other(f"/people/{user_id}", "Saved.")


@router.post("/password")
async def reset_password(request: Request, user_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Give somebody else a new password, shown once, and end the sessions that the old one opened."""
    require_admin(viewer)
    if viewer.user_id == user_id:
        return see_other("/account", "Choose your own password here, with the present one.", "info")
    password = new_password()
    async with acting(pool, viewer) as connection:
        await users.lock(connection, user_id)
        await users.set_password(connection, user_id, await hash_password(password))
        await sessions.end_all(connection, user_id)
    return see_once(request, f"/people/{user_id}/edit", password=password)


@router.post("/delete")
async def delete(request: Request, user_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete somebody, or name whatever names them."""
    require_admin(viewer)
    try:
        async with acting(pool, viewer) as connection:
            user = await users.lock(connection, user_id)
            await users.delete(connection, user_id)
    except Conflict as error:
        return await _edit_page(request, viewer, user_id, 409, refused=refusal(error))
    return see_other("/people", f"{user.name} is deleted.")


async def _edit_page(
    request: Request, viewer: Actor, user_id: UUID, status: int = 200, **besides: Form | Refusal
) -> Response:
    """The form; ``besides``: a form that is wrong, or why somebody cannot be deleted."""
    user: User = await users.get(request.app.state.pool, user_id)
    common: dict[str, Any] = {
        "form": Form.of(name=user.name, email=user.email, role=user.role),
        "refused": None,
        "user": user,
        "is_me": viewer.user_id == user_id,
        "can_administrate": is_admin(viewer),
    }
    return await page(request, viewer, "people/edit.html.j2", status, **{**common, **besides})
