"""The form of an override, and what saving it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.overrides import OverrideCreate
from tocsin.db.pool import Pool
from tocsin.domain import schedule as rules
from tocsin.domain.spans import Span
from tocsin.errors import Conflict, InvalidInput
from tocsin.http.access import may_edit
from tocsin.store.actor import Actor
from tocsin.store.on_call import on_call_snapshot, overrides
from tocsin.store.on_call.overrides import Override, OverrideSpec
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people import user_list
from tocsin.store.references import ends_after_start, require_none
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.forms import WHOLE, Form, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.wall_times import instants_of, twice, typed_fields
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules.calendar import override_text
from tocsin.web.schedules.change_preview import Difference, difference


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of a schedule's override; ``old`` is the one that it changes, None for a new one."""

    schedule: Schedule
    form: Form
    old: Override | None = None


def spec_of(form: Form) -> OverrideSpec:
    """What the form says. Raises InvalidInput with every wrong field."""
    users = {name: form.given(name) for name in ("add_user_id", "remove_user_id")}
    times = instants_of(form, zone_named(form.value("zone")), ("start_at",), ("end_at",))
    return OverrideSpec(**dict(form.body(OverrideCreate, {**users, **times})))


def form_of(one: Override, zone: ZoneInfo) -> Form:
    times = {**typed_fields("start_at", one.start_at, zone), **typed_fields("end_at", one.end_at, zone)}
    return Form.of(zone=zone.key, add_user_id=one.add_user_id, remove_user_id=one.remove_user_id, **times)


async def again(request: Request, viewer: Actor, asked: Asked, error: Exception) -> Response:
    """The form with what is wrong; an override in the way is told by what it does."""
    zone = zone_named(asked.form.value("zone", asked.schedule.time_zone))
    wrong = asked.form.wrong(error, zone=zone)
    if isinstance(error, Conflict):
        clash = await _clash(request.app.state.pool, asked, spec_of(asked.form))
        wrong = replace(wrong, errors={WHOLE: clash}) if clash else wrong
    return await page_of(request, viewer, replace(asked, form=wrong), status_of(error))


async def page_of(request: Request, viewer: Actor, asked: Asked, status: int = 200) -> Response:
    """The form with what saving it would do."""
    pool: Pool = request.app.state.pool
    schedule, form = asked.schedule, asked.form
    zone = zone_named(form.value("zone", schedule.time_zone))
    names = await user_list.choices(pool, _chosen(asked))
    values: dict[str, Any] = {
        "schedule": schedule,
        "override": asked.old,
        "form": form,
        "form_zone": zone,
        "own_zone": zone_named(schedule.time_zone),
        "twice": {name: twice(form, name, zone) for name in ("start_at", "end_at")},
        "people": [(str(user_id), name) for user_id, name in names.items()],
        "can_edit": may_edit(viewer, schedule.team_id),
        "difference": await _difference(pool, asked),
        "title": _title(asked.old, names),
    }
    return await page(request, viewer, "schedules/override.html.j2", status, **values)


def _chosen(asked: Asked) -> Sequence[UUID | None]:
    """Who is chosen in the form, or was when it was saved."""
    old = [asked.old.add_user_id, asked.old.remove_user_id] if asked.old else []
    typed = [id_of(asked.form.value(name)) for name in ("add_user_id", "remove_user_id")]
    return [*old, *typed]


def _title(one: Override | None, names: Mapping[UUID, str]) -> str:
    return override_text(rules.Override(one.id, *_columns(one.spec)), names) if one else "New override"


async def _difference(pool: Pool, asked: Asked) -> Difference:
    """What saving the form would do, over its time and the one that it had."""
    form, old = asked.form, asked.old
    if not form.given("add_user_id") and not form.given("remove_user_id"):
        return Difference(problem="Choose who comes or who goes to see what changes.")
    try:
        spec = spec_of(form)
        require_none([*ends_after_start(spec.start_at, spec.end_at), *overrides.wrong_users(spec)])
    except InvalidInput:
        return Difference(problem="Not all of it can be read yet.")
    if clash := await _clash(pool, asked, spec):
        return Difference(problem=clash)
    spans = [spec] if old is None else [spec, old.spec]
    window = Span(min(one.start_at for one in spans), max(one.end_at for one in spans))
    return await difference(pool, asked.schedule.id, lambda found: _with(found, spec, old), window)


async def _clash(pool: Pool, asked: Asked, spec: OverrideSpec) -> str | None:
    """The override that it cannot stand beside, in words."""
    found = (await on_call_snapshot.load(pool, [], [asked.schedule.id])).schedules.get(asked.schedule.id)
    new = rules.Override(uuid4(), *_columns(spec))
    others = _others(found, asked.old) if found else []
    clash = next((one for one in others if rules.overrides_conflict(new, one)), None)
    if clash is None or found is None:
        return None
    users = [each for each in (clash.add_user_id, clash.remove_user_id) if each]
    text, zone = override_text(clash, await user_list.names(pool, users)), found.time_zone
    start, end = (at.astimezone(zone) for at in (clash.start_at, clash.end_at))
    return f"Another override has one of them already: {text}, {start:%a %d %b %H:%M} to {end:%a %d %b %H:%M %Z}."


def _others(found: rules.Schedule, old: Override | None) -> Sequence[rules.Override]:
    return [one for one in found.overrides if old is None or one.id != old.id]


def _with(found: rules.Schedule, spec: OverrideSpec, old: Override | None) -> rules.Schedule:
    return replace(found, overrides=[*_others(found, old), rules.Override(uuid4(), *_columns(spec))])


def _columns(spec: OverrideSpec) -> tuple[datetime, datetime, UUID | None, UUID | None]:
    return spec.start_at, spec.end_at, spec.add_user_id, spec.remove_user_id
