"""Temporary schedules: for a time fixed shifts stand in for a schedule's rules and overrides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.temporary_schedules import TemporaryScheduleCreate
from tocsin.db.pool import Pool
from tocsin.domain import schedule as rules
from tocsin.domain.schedule import FixedShift
from tocsin.domain.spans import Span
from tocsin.errors import InvalidInput
from tocsin.http.access import may_edit, require_edit
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.instants import now
from tocsin.store.on_call import schedules, temporary_schedules
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.on_call.temporary_schedules import TemporarySchedule, TemporaryScheduleSpec, TemporaryShift
from tocsin.store.people import user_list
from tocsin.store.references import ends_after_start, require_none
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.days import day_at
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import Row, Rows, is_save
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.wall_times import instants_of, twice, typed_fields
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules.change_preview import Difference, difference

router = APIRouter(include_in_schema=False)

_NEW = "/schedules/{schedule_id:uuid}/temporary-schedules/new"
_ONE = "/schedules/{schedule_id:uuid}/temporary-schedules/{temporary_id:uuid}"
_SHIFTS = Rows("shifts", ("user_id", "start_at", "start_at_which", "end_at", "end_at_which"))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of a temporary schedule; ``old`` is the one that it changes, None for a new one."""

    schedule: Schedule
    form: Form
    old: TemporarySchedule | None = None

    @property
    def zone(self) -> ZoneInfo:
        return zone_named(self.form.value("zone", self.schedule.time_zone))


@router.get(_NEW)
async def ask(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """A new one: tomorrow and the day after, without a shift."""
    schedule = await schedules.get(pool, schedule_id)
    require_edit(viewer, schedule.team_id)
    zone = zone_named(schedule.time_zone)
    first = day_at(await now(pool) + _DAY, zone).span.start
    spec = TemporaryScheduleSpec(start_at=first, end_at=day_at(first + 2 * _DAY + _DAY / 2, zone).span.start)
    return await _page(request, viewer, Asked(schedule, _form_of(spec, zone)))


@router.post(_NEW)
async def create(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save it, or do what a button says."""
    return await _sent(request, viewer, Asked(await schedules.get(pool, schedule_id), form))


@router.get(_ONE)
async def show(request: Request, schedule_id: UUID, temporary_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """One temporary schedule."""
    schedule = await schedules.get(pool, schedule_id)
    one = await temporary_schedules.get(pool, schedule_id, temporary_id)
    return await _page(request, viewer, Asked(schedule, _form_of(one.spec, zone_named(schedule.time_zone)), one))


@router.post(_ONE)
async def change(request: Request, schedule_id: UUID, temporary_id: UUID, viewer: Viewer, form: Sent) -> Response:
    """Save what is changed, or do what a button says."""
    pool: Pool = request.app.state.pool
    schedule = await schedules.get(pool, schedule_id)
    one = await temporary_schedules.get(pool, schedule_id, temporary_id)
    return await _sent(request, viewer, Asked(schedule, form, one))


@router.post(f"{_ONE}/delete")
async def delete(schedule_id: UUID, temporary_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Let rules and overrides hold again."""
    async with acting(pool, viewer) as connection:
        schedule = await schedules.lock(connection, schedule_id)
        require_edit(viewer, schedule.team_id)
        one = await temporary_schedules.get(connection, schedule_id, temporary_id)
        await temporary_schedules.delete(connection, schedule_id, temporary_id)
    return see_other(_week_of(schedule, one.start_at), "The temporary schedule is deleted.")


async def _sent(request: Request, viewer: Actor, asked: Asked) -> Response:
    require_edit(viewer, asked.schedule.team_id)
    if not is_save(asked.form):
        form = _SHIFTS.after_button(asked.form, _next_shift(asked.form))
        return await _page(request, viewer, replace(asked, form=form))
    asked = replace(asked, form=_SHIFTS.put(asked.form, _SHIFTS.of(asked.form)))
    try:
        spec = _spec_of(asked)
        await _save(request.app.state.pool, viewer, asked, spec)
    except FORM_ERRORS as error:
        wrong = asked.form.wrong(error, zone=asked.zone)
        return await _page(request, viewer, replace(asked, form=wrong), status_of(error))
    return see_other(_week_of(asked.schedule, spec.start_at), "The temporary schedule is saved.")


async def _save(pool: Pool, viewer: Actor, asked: Asked, spec: TemporaryScheduleSpec) -> None:
    schedule_id = asked.schedule.id
    async with acting(pool, viewer) as connection:
        require_edit(viewer, (await schedules.lock(connection, schedule_id)).team_id)
        if asked.old is None:
            await temporary_schedules.create(connection, schedule_id, spec)
        else:
            old = await temporary_schedules.get(connection, schedule_id, asked.old.id)
            await temporary_schedules.update(connection, old, spec)


def _next_shift(form: Form) -> Row:
    """A new row goes on where the last one ends, up to the end of all."""
    rows = _SHIFTS.of(form)
    start = rows[-1]["end_at"] if rows else form.values("start_at")
    return {"start_at": start, "end_at": form.values("end_at")}


def _spec_of(asked: Asked) -> TemporaryScheduleSpec:
    """What the form says. Raises InvalidInput with every wrong field."""
    form, rows = asked.form, range(len(_SHIFTS.of(asked.form)))
    starts, ends = (
        ["start_at", *(f"shifts.{n}.start_at" for n in rows)],
        ["end_at", *(f"shifts.{n}.end_at" for n in rows)],
    )
    times = instants_of(form, asked.zone, starts, ends)
    body = form.body(
        TemporaryScheduleCreate,
        {
            "start_at": times["start_at"],
            "end_at": times["end_at"],
            "shifts": [
                {
                    "user_id": form.value(f"shifts.{n}.user_id"),
                    "start_at": times[f"shifts.{n}.start_at"],
                    "end_at": times[f"shifts.{n}.end_at"],
                }
                for n in rows
            ],
        },
    )
    found = [TemporaryShift(one.user_id, one.start_at, one.end_at) for one in body.shifts]
    return TemporaryScheduleSpec(start_at=body.start_at, end_at=body.end_at, shifts=found)


def _form_of(spec: TemporaryScheduleSpec, zone: ZoneInfo) -> Form:
    times = {**typed_fields("start_at", spec.start_at, zone), **typed_fields("end_at", spec.end_at, zone)}
    return _SHIFTS.put(Form.of(zone=zone.key, **times), [_row(shift, zone) for shift in spec.shifts])


def _row(shift: TemporaryShift, zone: ZoneInfo) -> Row:
    times = {**typed_fields("start_at", shift.start_at, zone), **typed_fields("end_at", shift.end_at, zone)}
    return {"user_id": [str(shift.user_id)], **{name: [value] for name, value in times.items()}}


async def _page(request: Request, viewer: Actor, asked: Asked, status: int = 200) -> Response:
    pool: Pool = request.app.state.pool
    rows = range(len(_SHIFTS.of(asked.form)))
    timed = ["start_at", "end_at", *(f"shifts.{n}.{side}_at" for n in rows for side in ("start", "end"))]
    chosen = [id_of(asked.form.value(f"shifts.{n}.user_id")) for n in rows]
    names = await user_list.choices(pool, chosen)
    values: dict[str, Any] = {
        "schedule": asked.schedule,
        "temporary": asked.old,
        "form": asked.form,
        "form_zone": asked.zone,
        "own_zone": zone_named(asked.schedule.time_zone),
        "twice": {name: twice(asked.form, name, asked.zone) for name in timed},
        "rows": rows,
        "shown": [*timed, *(f"shifts.{n}.user_id" for n in rows)],
        "people": {str(user_id): name for user_id, name in names.items()},
        "can_edit": may_edit(viewer, asked.schedule.team_id),
        "difference": await _difference(pool, asked),
    }
    return await page(request, viewer, "schedules/temporary.html.j2", status, **values)


async def _difference(pool: Pool, asked: Asked) -> Difference:
    """What saving the form would do, over its time and the one that it had."""
    try:
        spec = _spec_of(asked)
        require_none(ends_after_start(spec.start_at, spec.end_at))
    except InvalidInput:
        return Difference(problem="Not all of it can be read yet.")
    spans: Sequence[TemporaryScheduleSpec] = [spec] if asked.old is None else [spec, asked.old.spec]
    window = Span(min(one.start_at for one in spans), max(one.end_at for one in spans))
    return await difference(pool, asked.schedule.id, lambda found: _with(found, spec, asked.old), window)


def _with(found: rules.Schedule, spec: TemporaryScheduleSpec, old: TemporarySchedule | None) -> rules.Schedule:
    others = [one for one in found.temporary if old is None or one.id != old.id]
    fixed = [FixedShift(one.user_id, one.start_at, one.end_at) for one in spec.shifts]
    return replace(found, temporary=[*others, rules.TemporarySchedule(uuid4(), spec.start_at, spec.end_at, fixed)])


def _week_of(schedule: Schedule, start: datetime) -> str:
    day = start.astimezone(zone_named(schedule.time_zone)).date()
    return f"/schedules/{schedule.id}?view=week&day={day}"
