"""Temporary schedules: for a time fixed shifts stand in for a schedule's rules and overrides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.temporary_schedules import TemporaryScheduleCreate
from tocsin.domain.on_call import schedule as rules
from tocsin.domain.on_call.schedule import FixedShift
from tocsin.domain.spans import Span
from tocsin.errors import InvalidInput
from tocsin.http.access import may_edit, require_edit
from tocsin.store.instants import now
from tocsin.store.on_call import schedules, temporary_schedules
from tocsin.store.on_call.temporary_schedules import TemporarySchedule, TemporaryScheduleSpec, TemporaryShift
from tocsin.store.people import user_list
from tocsin.store.references import ends_after_start, require_none
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.days import day_at
from tocsin.web.kit.edit import Edit, open_to_all
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import FormRow, FormRows
from tocsin.web.kit.wall_times import instants_of, wall_time_fields, zones_of_repeated_time
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules.change_preview import OnCallDifference, on_call_difference
from tocsin.web.schedules.parts import permit_part, week_of, with_schedule

router = APIRouter(include_in_schema=False)

_SHIFTS = FormRows("shifts", ("user_id", "start_at", "start_at_which", "end_at", "end_at_which"))
_DAY = timedelta(days=1)


async def _blank(edit: Edit[TemporarySchedule]) -> Form:
    """A new one: tomorrow and the day after, without a shift."""
    schedule = await schedules.get(edit.pool, edit.ids[0])
    require_edit(edit.viewer, schedule.team_id)
    zone = zone_named(schedule.time_zone)
    first = day_at(await now(edit.pool) + _DAY, zone).span.start
    spec = TemporaryScheduleSpec(start_at=first, end_at=day_at(first + 2 * _DAY + _DAY / 2, zone).span.start)
    return _typed(spec, zone)


async def _wrong(edit: Edit[TemporarySchedule], error: Exception) -> Form:
    return edit.form.wrong(error, zone=zone_named(edit.form.value("zone")))


def _next_shift(form: Form) -> FormRow:
    """A new row goes on where the last one ends, up to the end of all."""
    rows = _SHIFTS.of(form)
    start = rows[-1]["end_at"] if rows else form.values("start_at")
    return {"start_at": start, "end_at": form.values("end_at")}


def _spec_of(form: Form) -> TemporaryScheduleSpec:
    """The spec that the form describes. Raises InvalidInput with every wrong field."""
    rows = range(len(_SHIFTS.of(form)))
    starts, ends = (
        ["start_at", *(f"shifts.{n}.start_at" for n in rows)],
        ["end_at", *(f"shifts.{n}.end_at" for n in rows)],
    )
    times = instants_of(form, zone_named(form.value("zone")), starts, ends)
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
    found = [TemporaryShift(shift.user_id, shift.start_at, shift.end_at) for shift in body.shifts]
    return TemporaryScheduleSpec(start_at=body.start_at, end_at=body.end_at, shifts=found)


async def _form_of(edit: Edit[TemporarySchedule]) -> Form:
    return _typed(edit.existing.spec, zone_named((await schedules.get(edit.pool, edit.ids[0])).time_zone))


def _typed(spec: TemporaryScheduleSpec, zone: ZoneInfo) -> Form:
    times = {**wall_time_fields("start_at", spec.start_at, zone), **wall_time_fields("end_at", spec.end_at, zone)}
    return _SHIFTS.put(Form.of(zone=zone.key, **times), [_row(shift, zone) for shift in spec.shifts])


def _row(shift: TemporaryShift, zone: ZoneInfo) -> FormRow:
    times = {**wall_time_fields("start_at", shift.start_at, zone), **wall_time_fields("end_at", shift.end_at, zone)}
    return {"user_id": [str(shift.user_id)], **{name: [value] for name, value in times.items()}}


async def _page(edit: Edit[TemporarySchedule], status: int) -> Response:
    schedule, form = await schedules.get(edit.pool, edit.ids[0]), edit.form
    zone = zone_named(form.value("zone", schedule.time_zone))
    rows = range(len(_SHIFTS.of(form)))
    timed = ["start_at", "end_at", *(f"shifts.{n}.{side}_at" for n in rows for side in ("start", "end"))]
    chosen = [id_of(form.value(f"shifts.{n}.user_id")) for n in rows]
    names = await user_list.choices(edit.pool, chosen)
    values: dict[str, Any] = {
        "schedule": schedule,
        "temporary": edit.stored,
        "form": form,
        "form_zone": zone,
        "own_zone": zone_named(schedule.time_zone),
        "twice": {name: zones_of_repeated_time(form, name, zone) for name in timed},
        "rows": rows,
        "shown": [*timed, *(f"shifts.{n}.user_id" for n in rows)],
        "people": {str(user_id): name for user_id, name in names.items()},
        "can_edit": may_edit(edit.viewer, schedule.team_id),
        "difference": await _difference(edit),
    }
    return await page(edit.request, edit.viewer, "schedules/temporary.html.j2", status, **values)


async def _difference(edit: Edit[TemporarySchedule]) -> OnCallDifference:
    """What saving the form would do, over its time and the one that it had."""
    try:
        spec = _spec_of(edit.form)
        require_none(ends_after_start(spec.start_at, spec.end_at))
    except InvalidInput:
        return OnCallDifference(problem="Not all of it can be read yet.")
    spans: Sequence[TemporaryScheduleSpec] = [spec] if edit.stored is None else [spec, edit.stored.spec]
    window = Span(min(span.start_at for span in spans), max(span.end_at for span in spans))
    return await on_call_difference(edit.pool, edit.ids[0], lambda found: _with(found, spec, edit.stored), window)


def _with(
    found: rules.ScheduleDefinition, spec: TemporaryScheduleSpec, old: TemporarySchedule | None
) -> rules.ScheduleDefinition:
    others = [one for one in found.temporary if old is None or one.id != old.id]
    fixed = [FixedShift(shift.user_id, shift.start_at, shift.end_at) for shift in spec.shifts]
    return replace(
        found, temporary=[*others, rules.TemporaryScheduleDefinition(uuid4(), spec.start_at, spec.end_at, fixed)]
    )


Editor[TemporarySchedule, TemporaryScheduleSpec](
    path="/schedules/{schedule_id:uuid}/temporary-schedules/{temporary_id:uuid}",
    store=Functions(
        create=temporary_schedules.create,
        get=temporary_schedules.get,
        lock=with_schedule(temporary_schedules.get),
        update=temporary_schedules.update,
        delete=temporary_schedules.delete,
    ),
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=lambda edit: _spec_of(edit.form),
    in_place=True,
    open=open_to_all,
    permit=permit_part,
    wrong=_wrong,
    rows=_SHIFTS,
    press=lambda form: _SHIFTS.after_button(form, _next_shift(form)),
    saved_text="The temporary schedule is saved.",
    deleted_text="The temporary schedule is deleted.",
    leads_to=week_of,
).add_to(router)
