"""The form of an override, and what saving it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from tocsin.api.overrides import OverrideCreate
from tocsin.domain.on_call import schedule as rules
from tocsin.domain.spans import Span
from tocsin.errors import Conflict, InvalidInput
from tocsin.http.access import may_edit
from tocsin.store.on_call import on_call_snapshot, overrides, schedules
from tocsin.store.on_call.overrides import Override, OverrideSpec
from tocsin.store.people import user_list
from tocsin.store.references import ends_after_start, require_none
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.edit import Edit
from tocsin.web.kit.forms import WHOLE, Form
from tocsin.web.kit.render import page
from tocsin.web.kit.wall_times import instants_of, wall_time_fields, zones_of_repeated_time
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules.calendar import override_text
from tocsin.web.schedules.change_preview import OnCallDifference, on_call_difference


def spec_of(form: Form) -> OverrideSpec:
    """The spec that the form describes. Raises InvalidInput with every wrong field."""
    users = {name: form.given(name) for name in ("add_user_id", "remove_user_id")}
    times = instants_of(form, zone_named(form.value("zone")), ("start_at",), ("end_at",))
    return OverrideSpec(**dict(form.body(OverrideCreate, {**users, **times})))


async def form_of(edit: Edit[Override]) -> Form:
    """The form with the override, by the clocks of its schedule."""
    one, zone = edit.existing, zone_named((await schedules.get(edit.pool, edit.ids[0])).time_zone)
    times = {**wall_time_fields("start_at", one.start_at, zone), **wall_time_fields("end_at", one.end_at, zone)}
    return Form.of(zone=zone.key, add_user_id=one.add_user_id, remove_user_id=one.remove_user_id, **times)


async def wrong(edit: Edit[Override], error: Exception) -> Form:
    """The form with what is wrong; an override in the way is told by what it does."""
    form = edit.form.wrong(error, zone=zone_named(edit.form.value("zone")))
    clash = await _clash(edit, spec_of(edit.form)) if isinstance(error, Conflict) else None
    return replace(form, errors={WHOLE: clash}) if clash else form


async def page_of(edit: Edit[Override], status: int) -> Response:
    """The form with what saving it would do."""
    schedule, form = await schedules.get(edit.pool, edit.ids[0]), edit.form
    zone = zone_named(form.value("zone", schedule.time_zone))
    names = await user_list.choices(edit.pool, _chosen(edit))
    values: dict[str, Any] = {
        "schedule": schedule,
        "override": edit.stored,
        "form": form,
        "form_zone": zone,
        "own_zone": zone_named(schedule.time_zone),
        "twice": {name: zones_of_repeated_time(form, name, zone) for name in ("start_at", "end_at")},
        "people": [(str(user_id), name) for user_id, name in names.items()],
        "can_edit": may_edit(edit.viewer, schedule.team_id),
        "difference": await _difference(edit),
        "title": _title(edit.stored, names),
    }
    return await page(edit.request, edit.viewer, "schedules/override.html.j2", status, **values)


def _chosen(edit: Edit[Override]) -> Sequence[UUID | None]:
    """Who is chosen in the form, or was when it was saved."""
    old = [edit.stored.add_user_id, edit.stored.remove_user_id] if edit.stored else []
    typed = [id_of(edit.form.value(name)) for name in ("add_user_id", "remove_user_id")]
    return [*old, *typed]


def _title(override: Override | None, names: Mapping[UUID, str]) -> str:
    return (
        override_text(rules.OverrideDefinition(override.id, *override.spec.columns), names)
        if override
        else "New override"
    )


async def _difference(edit: Edit[Override]) -> OnCallDifference:
    """What saving the form would do, over its time and the one that it had."""
    form, old = edit.form, edit.stored
    if not form.given("add_user_id") and not form.given("remove_user_id"):
        return OnCallDifference(problem="Choose who comes or who goes to see what changes.")
    try:
        spec = spec_of(form)
        require_none([*ends_after_start(spec.start_at, spec.end_at), *overrides.wrong_users(spec)])
    except InvalidInput:
        return OnCallDifference(problem="Not all of it can be read yet.")
    if clash := await _clash(edit, spec):
        return OnCallDifference(problem=clash)
    spans = [spec] if old is None else [spec, old.spec]
    window = Span(min(span.start_at for span in spans), max(span.end_at for span in spans))
    return await on_call_difference(edit.pool, edit.ids[0], lambda found: _with(found, spec, old), window)


async def _clash(edit: Edit[Override], spec: OverrideSpec) -> str | None:
    """The override that it cannot stand beside, in words."""
    schedule_id = edit.ids[0]
    found = (await on_call_snapshot.load(edit.pool, [], [schedule_id])).schedules.get(schedule_id)
    new = rules.OverrideDefinition(uuid4(), *spec.columns)
    others = _others(found, edit.stored) if found else []
    clash = next((other for other in others if rules.overrides_conflict(new, other)), None)
    if clash is None or found is None:
        return None
    users = [each for each in (clash.add_user_id, clash.remove_user_id) if each]
    text, zone = override_text(clash, await user_list.names(edit.pool, users)), found.time_zone
    start, end = (at.astimezone(zone) for at in (clash.start_at, clash.end_at))
    return f"Another override has one of them already: {text}, {start:%a %d %b %H:%M} to {end:%a %d %b %H:%M %Z}."


def _others(found: rules.ScheduleDefinition, old: Override | None) -> Sequence[rules.OverrideDefinition]:
    return [override for override in found.overrides if old is None or override.id != old.id]


def _with(found: rules.ScheduleDefinition, spec: OverrideSpec, old: Override | None) -> rules.ScheduleDefinition:
    return replace(found, overrides=[*_others(found, old), rules.OverrideDefinition(uuid4(), *spec.columns)])
