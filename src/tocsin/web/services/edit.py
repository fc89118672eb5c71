"""Making, changing and deleting services."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.services import ServiceCreate, require_policy
from tocsin.db.pool import Pool
from tocsin.errors import Conflict
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.services import services
from tocsin.store.services.services import Service, ServiceSpec
from tocsin.web.kit.choices import id_of, owner_choices, policy_choices
from tocsin.web.kit.durations import USUAL_UNIT, seconds_of, split
from tocsin.web.kit.edit_conflicts import is_stale, late, seeing
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Form, Sent, status_of
from tocsin.web.kit.refusals import refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.services.show import service_page

router = APIRouter(include_in_schema=False)

_NAMES = {
    "escalation_policy_id": "policy",
    "team_id": "team",
    "ack_timeout_seconds": "ack_timeout",
    "maintenance_exceptions": "exceptions",
}
_MOST_EXCEPTIONS = 100


@router.get("/services/new")
async def show_new(request: Request, viewer: Viewer) -> Response:
    """An empty form."""
    asked = request.query_params.get("policy")
    may_choose = dict(await policy_choices(request.app.state.pool, viewer, None))
    form = Form.of(policy=asked if asked in may_choose else None, ack_unit=USUAL_UNIT)
    return await _page(request, viewer, form)


@router.post("/services/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make a service; then it wants a key."""
    try:
        body = form.body(ServiceCreate, _values(form))
        require_make(viewer, body.team_id)
        async with acting(pool, viewer) as connection:
            spec = ServiceSpec(**_settings(body))
            await require_policy(connection, viewer, spec)
            service = await services.create(connection, spec)
    except EDITOR_ERRORS as error:
        return await _page(request, viewer, _wrong(form, error), status=status_of(error))
    return see_other(f"/services/{service.id}#keys", "Made. Now make a key for what sends its alerts.")


@router.get("/services/{service_id:uuid}/edit")
async def show_edit(request: Request, service_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """The form with what is stored."""
    service = await services.get(pool, service_id)
    require_edit(viewer, service.team_id)
    return await _page(request, viewer, seeing(_form_of(service), _edited(service)), service)


@router.post("/services/{service_id:uuid}/edit")
async def save(request: Request, service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Change the service, unless somebody else has done so since the form was made."""
    service = await services.get(pool, service_id)
    try:
        body = form.body(ServiceCreate, _values(form))
        async with acting(pool, viewer) as connection:
            service = await services.lock(connection, service_id)
            require_move(viewer, service.team_id, body.team_id)
            await require_policy(connection, viewer, replace(service.spec, **_settings(body)), service)
            is_late = is_stale(form, _edited(service))
            if not is_late:
                await services.update(connection, service, replace(service.spec, **_settings(body)))
    except EDITOR_ERRORS as error:
        return await _page(request, viewer, _wrong(form, error), service, status_of(error))
    if is_late:
        return await _page(request, viewer, late(form, _edited(service)), service, 409)
    return see_other(f"/services/{service_id}", "Saved.")


@router.post("/services/{service_id:uuid}/delete")
async def delete(request: Request, service_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete the service, or name the alerts that are open on it."""
    try:
        async with acting(pool, viewer) as connection:
            service = await services.lock(connection, service_id)
            require_edit(viewer, service.team_id)
            await services.delete(connection, service_id)
    except Conflict as error:
        return await service_page(request, viewer, service_id, 409, refused=refusal(error))
    return see_other("/services", f"{service.name} is deleted.")


def _values(form: Form) -> Mapping[str, Any]:
    """The form as the API's model takes it."""
    timeout = form.given("ack_timeout")
    return {
        "name": form.value("name"),
        "description": form.value("description"),
        "escalation_policy_id": form.value("policy"),
        "team_id": form.given("team"),
        "ack_timeout_seconds": seconds_of(timeout, form.value("ack_unit")) if timeout else None,
        "maintenance_exceptions": [line for line in form.value("exceptions").splitlines() if line.strip()],
    }


def _settings(body: ServiceCreate) -> Mapping[str, Any]:
    """What the form sets of a service: all but its maintenance."""
    return {
        "name": body.name,
        "description": body.description,
        "escalation_policy_id": body.escalation_policy_id,
        "team_id": body.team_id,
        "ack_timeout": body.ack_timeout_seconds,
        "maintenance_exceptions": body.maintenance_exceptions,
    }


def _edited(service: Service) -> ServiceSpec:
    """What somebody edits of the service: a maintenance that begins meanwhile is no other edit."""
    return replace(service.spec, maintenance_expires_at=None)


def _form_of(service: Service) -> Form:
    number, unit = split(service.ack_timeout) if service.ack_timeout else ("", USUAL_UNIT)
    return Form.of(
        name=service.name,
        description=service.description,
        policy=service.escalation_policy_id,
        team=service.team_id,
        ack_timeout=number,
        ack_unit=unit,
        exceptions="\n".join(service.maintenance_exceptions),
    )


def _wrong(form: Form, error: Exception) -> Form:
    one_each = {f"maintenance_exceptions.{number}": "exceptions" for number in range(_MOST_EXCEPTIONS + 1)}
    return form.wrong(error, {**_NAMES, **one_each})


async def _page(
    request: Request, viewer: Actor, form: Form, service: Service | None = None, status: int = 200
) -> Response:
    pool: Pool = request.app.state.pool
    chosen = [service.escalation_policy_id if service else None, id_of(form.value("policy"))]
    shown: dict[str, Any] = {
        "form": form,
        "service": service,
        "policies": await policy_choices(pool, viewer, id_of(form.value("team")), chosen),
        "teams": await owner_choices(pool, viewer, service, form.value("team")),
    }
    return await page(request, viewer, "services/edit.html.j2", status, **shown)
