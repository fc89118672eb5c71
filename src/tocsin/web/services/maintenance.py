"""Maintenance of a service: from now on for a while, and planned."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.maintenance_windows import WindowCreate
from tocsin.db.pool import Connection
from tocsin.errors import FieldError, InvalidInput
from tocsin.http.access import require_edit
from tocsin.http.auth import Database
from tocsin.http.fields import Body, TimeZone
from tocsin.store.actor import Actor, acting
from tocsin.store.instants import now
from tocsin.store.services import maintenance_windows, services
from tocsin.store.services.maintenance_windows import MaintenanceWindowSpec
from tocsin.store.services.services import Service
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.numbers import whole_number
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.wall_times import instant_of
from tocsin.web.kit.zone import zone_named
from tocsin.web.services.show import service_page

router = APIRouter(include_in_schema=False)


class _ZoneField(Body):
    time_zone: TimeZone


_MOST_MINUTES = 7 * 24 * 60
_WINDOW_NAMES = {"start_at": "start", "end_at": "end", "time_zone": "zone"}
_HELD_NAMES = {"maintenance_expires_at": "until"}


@router.post("/services/{service_id:uuid}/maintenance")
async def hold(request: Request, service_id: UUID, viewer: Viewer, form: Sent, zone: ViewerZone) -> Response:
    """Hold the service's escalations for so long or until then, or go on with them."""
    try:
        async with acting(request.app.state.pool, viewer) as connection:
            service = await _lock(connection, viewer, service_id)
            until = await _until(connection, form, zone)
            await services.update(connection, service, replace(service.spec, maintenance_expires_at=until))
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _HELD_NAMES, zone)
        return await service_page(request, viewer, service_id, status_of(error), held_form=wrong)
    return see_other(f"/services/{service_id}", "Maintenance has begun." if until else "Maintenance is over.")


@router.post("/services/{service_id:uuid}/windows")
async def plan(request: Request, service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Plan a maintenance, once or every week."""
    try:
        spec = MaintenanceWindowSpec(**dict(_window(form)))
        async with acting(pool, viewer) as connection:
            await _lock(connection, viewer, service_id)
            await maintenance_windows.create(connection, service_id, spec)
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _WINDOW_NAMES, zone_named(form.value("zone")))
        return await service_page(request, viewer, service_id, status_of(error), window_form=wrong)
    return see_other(f"/services/{service_id}#maintenance", "Planned.")


@router.post("/services/{service_id:uuid}/windows/{window_id:uuid}/delete")
async def unplan(service_id: UUID, window_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Take a maintenance off the plan; one that runs ends."""
    async with acting(pool, viewer) as connection:
        await _lock(connection, viewer, service_id)
        await maintenance_windows.delete(connection, service_id, window_id)
    return see_other(f"/services/{service_id}#maintenance", "Taken off the plan.")


async def _lock(connection: Connection, viewer: Actor, service_id: UUID) -> Service:
    service = await services.lock(connection, service_id)
    require_edit(viewer, service.team_id)
    return service


async def _until(connection: Connection, form: Form, zone: ZoneInfo) -> datetime | None:
    """When the maintenance shall end; None for at once. Raises InvalidInput."""
    if form.has("until"):
        return instant_of(form, "until", zone)
    if form.value("for") == "end":
        return None
    minutes = whole_number(form.value("for"))
    if minutes is None or not 0 < minutes <= _MOST_MINUTES:
        raise InvalidInput(FieldError("until", "choose how long"))
    return await now(connection) + timedelta(minutes=minutes)


def _window(form: Form) -> WindowCreate:
    """The window that the form asks for. Raises InvalidInput."""
    zone = _zone(form)
    values = {"start_at": instant_of(form, "start", zone), "end_at": instant_of(form, "end", zone)}
    return form.body(WindowCreate, {**values, "weekly": form.has("weekly"), "time_zone": zone.key})


def _zone(form: Form) -> ZoneInfo:
    """The zone of the form's times. Raises InvalidInput."""
    return ZoneInfo(form.body(_ZoneField, {"time_zone": form.value("zone")}).time_zone)
