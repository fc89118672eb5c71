"""Overrides of a schedule: made and changed by a form that a line of the calendar can fill, with what they would do."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.domain.spans import Span
from tocsin.http.access import require_edit
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.instants import now
from tocsin.store.on_call import on_call_snapshot, overrides, schedules, shifts
from tocsin.store.on_call.overrides import OverrideSpec
from tocsin.store.on_call.schedules import Schedule
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent
from tocsin.web.kit.rows import is_save
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.wall_times import typed_fields
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules import override_form
from tocsin.web.schedules.override_form import Asked

router = APIRouter(include_in_schema=False)

_NEW = "/schedules/{schedule_id:uuid}/overrides/new"
_ONE = "/schedules/{schedule_id:uuid}/overrides/{override_id:uuid}"
_HOUR = timedelta(hours=1)
_USUAL = 8 * _HOUR
_LATEST = 253_000_000_000


@router.get(_NEW)
async def ask(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database, viewer_zone: ViewerZone) -> Response:
    """A new override; ``start`` and ``end`` (seconds since 1970) and ``instead_of`` fill its form."""
    schedule = await schedules.get(pool, schedule_id)
    require_edit(viewer, schedule.team_id)
    zone = viewer_zone if request.query_params.get("zone") == "mine" else zone_named(schedule.time_zone)
    span = _asked(request.query_params, await now(pool))
    instead_of = id_of(request.query_params.get("instead_of", "")) or await _only_one(pool, schedule_id, span)
    times = {**typed_fields("start_at", span.start, zone), **typed_fields("end_at", span.end, zone)}
    form = Form.of(zone=zone.key, remove_user_id=instead_of, **times)
    return await override_form.page_of(request, viewer, Asked(schedule, form))


@router.post(_NEW)
async def create(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save it, or show what it would do."""
    return await _sent(request, viewer, Asked(await schedules.get(pool, schedule_id), form))


@router.get(_ONE)
async def show(request: Request, schedule_id: UUID, override_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """One override."""
    schedule, one = await schedules.get(pool, schedule_id), await overrides.get(pool, schedule_id, override_id)
    form = override_form.form_of(one, zone_named(schedule.time_zone))
    return await override_form.page_of(request, viewer, Asked(schedule, form, one))


@router.post(_ONE)
async def change(request: Request, schedule_id: UUID, override_id: UUID, viewer: Viewer, form: Sent) -> Response:
    """Save what is changed, or show what that would do."""
    pool: Pool = request.app.state.pool
    schedule, one = await schedules.get(pool, schedule_id), await overrides.get(pool, schedule_id, override_id)
    return await _sent(request, viewer, Asked(schedule, form, one))


@router.post(f"{_ONE}/delete")
async def delete(schedule_id: UUID, override_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Take it away."""
    async with acting(pool, viewer) as connection:
        schedule = await schedules.lock(connection, schedule_id)
        require_edit(viewer, schedule.team_id)
        one = await overrides.get(connection, schedule_id, override_id)
        await overrides.delete(connection, schedule_id, override_id)
    return see_other(_week_of(schedule, one.start_at), "The override is deleted.")


async def _sent(request: Request, viewer: Actor, asked: Asked) -> Response:
    require_edit(viewer, asked.schedule.team_id)
    if not is_save(asked.form):
        return await override_form.page_of(request, viewer, asked)
    try:
        spec = override_form.spec_of(asked.form)
        await _save(request.app.state.pool, viewer, asked, spec)
    except FORM_ERRORS as error:
        return await override_form.again(request, viewer, asked, error)
    return see_other(_week_of(asked.schedule, spec.start_at), "The override is saved.")


async def _save(pool: Pool, viewer: Actor, asked: Asked, spec: OverrideSpec) -> None:
    schedule_id = asked.schedule.id
    async with acting(pool, viewer) as connection:
        require_edit(viewer, (await schedules.lock(connection, schedule_id)).team_id)
        if asked.old is None:
            await overrides.create(connection, schedule_id, spec)
        else:
            old = await overrides.get(connection, schedule_id, asked.old.id)
            await overrides.update(connection, old, spec)


def _asked(query: QueryParams, moment: datetime) -> Span:
    """The time that a query asks for; the next eight hours from the full hour on when it does not."""
    start, end = (_instant(query.get(name, "")) for name in ("start", "end"))
    start = start or moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return Span(start, end if end and end > start else start + _USUAL)


def _instant(text: str) -> datetime | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None


async def _only_one(pool: Pool, schedule_id: UUID, span: Span) -> UUID | None:
    """Who is on call in the time when it is only one person; None too when that is more than can be told."""
    whole = await on_call_snapshot.load(pool, [], [schedule_id])
    if not shifts.are_told(span, whole.now):
        return None
    users = {stint.user_id for stint in shifts.ahead(whole, schedule_id, span)}
    return users.pop() if len(users) == 1 else None


def _week_of(schedule: Schedule, start: datetime) -> str:
    day = start.astimezone(zone_named(schedule.time_zone)).date()
    return f"/schedules/{schedule.id}?view=week&day={day}"
