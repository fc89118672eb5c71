"""Adding a person, whose first password is shown once; changing and deleting them; a new password."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.users import UserCreate, UserPatch
from tocsin.db.pool import Connection
from tocsin.domain.rights import is_admin
from tocsin.http.access import require_edit_user
from tocsin.http.addresses import prepare_address_checks
from tocsin.http.auth import Database
from tocsin.http.own_password import require_proof
from tocsin.store.actor import acting
from tocsin.store.people import sessions, users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import User, UserSpec
from tocsin.store.random_secrets import new_password
from tocsin.web.kit.edit import Edit
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import secrets_of, see_once
from tocsin.web.kit.viewer import Viewer, require_admin

router = APIRouter(include_in_schema=False, dependencies=[Depends(prepare_address_checks)])

_FIELDS = ("name", "email", "role")


@router.post("/people/{user_id:uuid}/password")
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


def _open(edit: Edit[User]) -> None:
    require_edit_user(edit.viewer, edit.existing.id)


async def _permit(_connection: Connection, edit: Edit[User], spec: UserSpec | None) -> None:
    """Administrators make and delete people; people may change themselves, too."""
    if edit.stored is None or spec is None:
        require_admin(edit.viewer)
    else:
        require_edit_user(edit.viewer, edit.stored.id)


async def _blank(edit: Edit[User]) -> Form:
    require_admin(edit.viewer)
    return Form.of(role="user")


async def _form_of(edit: Edit[User]) -> Form:
    user = edit.existing
    return Form.of(name=user.name, email=user.email, role=user.role)


def _spec_of(edit: Edit[User]) -> UserSpec:
    """What the form sets: the role by administrators only."""
    form, user = edit.form, edit.stored
    if user is None:
        body = form.body(UserCreate, {name: form.value(name) for name in _FIELDS})
        return UserSpec(name=body.name, email=body.email, role=body.role)
    fields = _FIELDS if is_admin(edit.viewer) else ("name", "email")
    return replace(user.spec, **form.body(UserPatch, {name: form.value(name) for name in fields}).given())


async def _prove(edit: Edit[User], spec: UserSpec) -> None:
    """Another email for oneself takes the present password, whose white space counts."""
    if edit.stored is not None:
        password = dict(edit.form.fields).get("current_password", "")
        await require_proof(edit.request, edit.viewer, edit.stored.id, {"email": spec.email}, password)


async def _create(connection: Connection, spec: UserSpec) -> tuple[User, str]:
    password = new_password()
    return await users.create(connection, spec, await hash_password(password)), password


def _made(edit: Edit[User], made: tuple[User, str]) -> Response:
    """The password that signs them in is shown once."""
    user, password = made
    return see_once(edit.request, "/people/new", added=str(user.id), password=password)


async def _page(edit: Edit[User], status: int, refused: Refusal | None = None) -> Response:
    """Show the form for a new person, or the person who was just added with their password."""
    request, viewer = edit.request, edit.viewer
    if edit.stored is None:
        added = secrets_of(request).get("added")
        made = await users.get(edit.pool, UUID(added)) if added and not edit.form.errors else None
        return await page(request, viewer, "people/new.html.j2", status, form=edit.form, made=made)
    shown: dict[str, Any] = {
        "form": edit.form,
        "refused": refused,
        "user": edit.stored,
        "is_me": viewer.user_id == edit.stored.id,
        "can_administrate": is_admin(viewer),
    }
    return await page(request, viewer, "people/edit.html.j2", status, **shown)


async def _refused(edit: Edit[User], refused: Refusal) -> Response:
    return await _page(replace(edit, form=await _form_of(edit)), 409, refused)


Editor[User, UserSpec](
    path="/people/{user_id:uuid}",
    store=Functions(
        create=_create,
        get=users.get,
        lock=users.lock,
        update=lambda connection, user, spec: users.update(connection, user.id, spec),
        delete=users.delete,
    ),
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    open=_open,
    permit=_permit,
    prepare=_prove,
    made=_made,
    refused=_refused,
).add_to(router)
