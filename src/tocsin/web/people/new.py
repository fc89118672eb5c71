"""Adding somebody, whose first password is shown once."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.users import UserCreate
from tocsin.http.auth import Database
from tocsin.store.actor import acting
from tocsin.store.people import users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.users import UserSpec
from tocsin.store.random_secrets import new_password
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import secrets_of, see_once
from tocsin.web.kit.viewer import Viewer, require_admin

router = APIRouter(include_in_schema=False)


@router.get("/people/new")
async def new(request: Request, viewer: Viewer, pool: Database) -> Response:
    """The form for somebody new, or who was added just now."""
    require_admin(viewer)
    added = secrets_of(request).get("added")
    made = await users.get(pool, UUID(added)) if added else None
    return await page(request, viewer, "people/new.html.j2", form=Form.of(role="user"), made=made)


@router.post("/people/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add somebody, and show once the password that signs them in."""
    require_admin(viewer)
    password = new_password()
    try:
        body = form.body(UserCreate, {name: form.value(name) for name in ("name", "email", "role")})
        async with acting(pool, viewer) as connection:
            spec = UserSpec(name=body.name, email=body.email, role=body.role)
            made = await users.create(connection, spec, await hash_password(password))
    except FORM_ERRORS as error:
        return await page(request, viewer, "people/new.html.j2", status_of(error), form=form.wrong(error), made=None)
    return see_once(request, "/people/new", added=str(made.id), password=password)
