"""The integration keys of a service: made with all that a source needs to send, and revoked."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.integration_keys import IntegrationKeyCreate
from tocsin.http.access import require_edit
from tocsin.http.auth import Database
from tocsin.ingest.registry import DEFAULT_KEY_TYPE, check_options, formats
from tocsin.store.actor import acting
from tocsin.store.services import integration_keys, services
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import secrets_of, see_once
from tocsin.web.kit.viewer import Viewer
from tocsin.web.services.show import service_page

router = APIRouter(include_in_schema=False)


@router.post("/services/{service_id:uuid}/keys")
async def create(request: Request, service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make a key, to be shown once with commands to copy."""
    try:
        body = form.body(IntegrationKeyCreate, _values(form))
        check_options(body.type, body.options)
        async with acting(pool, viewer) as connection:
            require_edit(viewer, (await services.lock(connection, service_id)).team_id)
            key, token = await integration_keys.create(connection, service_id, body.name, body.type, body.options)
    except FORM_ERRORS as error:
        return await service_page(request, viewer, service_id, status_of(error), key_form=form.wrong(error))
    url = formats()[key.type].url(request.app.state.settings, token)
    return see_once(request, f"/services/{service_id}/keys/{key.id}", url=url)


def _values(form: Form) -> dict[str, Any]:
    """The key that the form asks for, with those options of the form that its type has."""
    key_type = form.value("type") or DEFAULT_KEY_TYPE
    return {"name": form.value("name"), "type": key_type, "options": _chosen(form, key_type)}


def _chosen(form: Form, key_type: str) -> dict[str, str]:
    key_format = formats().get(key_type)
    names = [option.name for option in key_format.options] if key_format else []
    return {name: value for name in names if (value := form.given(name))}


@router.get("/services/{service_id:uuid}/keys/{key_id:uuid}")
async def show(request: Request, service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """A key that was made just now; at any other time, the service with all of its keys."""
    url = secrets_of(request).get("url")
    if url is None:
        return see_other(f"/services/{service_id}#keys")
    key = await integration_keys.get(pool, service_id, key_id)
    key_format = formats()[key.type]
    values: dict[str, Any] = {
        "service": await services.get(pool, service_id),
        "key": key,
        "hint": key_format.hint,
        "snippets": key_format.snippets(url),
        "obstacle": key_format.obstacle(request.app.state.settings),
    }
    return await page(request, viewer, "services/key.html.j2", **values)


@router.post("/services/{service_id:uuid}/keys/{key_id:uuid}/options")
async def choose(service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Set the options of the key."""
    async with acting(pool, viewer) as connection:
        require_edit(viewer, (await services.hold(connection, service_id)).team_id)
        key = await integration_keys.get(connection, service_id, key_id)
        chosen = _chosen(form, key.type)
        check_options(key.type, chosen)
        await integration_keys.change(connection, service_id, key_id, key.name, {**key.options, **chosen})
    return see_other(f"/services/{service_id}#keys", "Saved.")


@router.post("/services/{service_id:uuid}/keys/{key_id:uuid}/revoke")
async def revoke(service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Revoke the integration key."""
    async with acting(pool, viewer) as connection:
        service = await services.hold(connection, service_id)
        require_edit(viewer, service.team_id)
        await integration_keys.revoke(connection, service_id, key_id)
    return see_other(f"/services/{service_id}#keys", "Revoked.")
