"""Making, changing and deleting schedules: the rules of the week, with what they would do before they are saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.schedules import ScheduleCreate
from tocsin.db.pool import Pool
from tocsin.domain import rule
from tocsin.domain import schedule as rules
from tocsin.errors import InvalidInput
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import Schedule, ScheduleSpec
from tocsin.store.people import user_list
from tocsin.store.policies import policy_steps
from tocsin.web.kit.choices import Choices, id_of, owner_choices, zone_choices
from tocsin.web.kit.edit_conflicts import is_stale, late, seeing
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import Row, Rows, is_save
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.schedules.change_preview import NEW, Difference, difference

router = APIRouter(include_in_schema=False)

_RULES = Rows("rules", ("id", "target", "weekdays", "start", "end"))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BLANK: Row = {"weekdays": _WEEKDAYS, "start": ["00:00"], "end": ["00:00"]}
_MOST_ROTATIONS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of a schedule; ``old`` is the one that it changes, None for a new one."""

    form: Form
    old: Schedule | None = None

    @property
    def path(self) -> str:
        return f"/schedules/{self.old.id}/edit" if self.old else "/schedules/new"


@router.get("/schedules/new")
async def ask(request: Request, viewer: Viewer, zone: ViewerZone) -> Response:
    """A new schedule with one rule."""
    form = _RULES.put(Form.of(time_zone=zone.key), [_BLANK])
    return await _page(request, viewer, Asked(form))


@router.post("/schedules/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save it, or do what a button says."""
    asked = Asked(form)
    if not is_save(form):
        return await _after_button(request, viewer, asked)
    try:
        spec = _spec_of(form)
        require_make(viewer, spec.team_id)
        async with acting(pool, viewer) as connection:
            schedule = await schedules.create(connection, spec)
    except EDITOR_ERRORS as error:
        return await _again(request, viewer, asked, error)
    return see_other(f"/schedules/{schedule.id}", "The schedule is saved.")


@router.get("/schedules/{schedule_id:uuid}/edit")
async def show(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """The form of a schedule."""
    schedule = await schedules.get(pool, schedule_id)
    require_edit(viewer, schedule.team_id)
    return await _page(request, viewer, Asked(seeing(_form_of(schedule.spec), schedule.spec), schedule))


@router.post("/schedules/{schedule_id:uuid}/edit")
async def change(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save what is changed, or do what a button says."""
    schedule = await schedules.get(pool, schedule_id)
    require_edit(viewer, schedule.team_id)
    asked = Asked(form, schedule)
    if not is_save(form):
        return await _after_button(request, viewer, asked)
    try:
        spec = _spec_of(form)
        async with acting(pool, viewer) as connection:
            locked = await schedules.lock(connection, schedule_id)
            require_move(viewer, locked.team_id, spec.team_id)
            if is_stale(form, locked.spec):
                return await _page(request, viewer, replace(asked, form=late(form, locked.spec)), 409)
            await schedules.update(connection, locked, spec)
    except EDITOR_ERRORS as error:
        return await _again(request, viewer, asked, error)
    return see_other(f"/schedules/{schedule_id}", "The schedule is saved.")


async def _after_button(request: Request, viewer: Actor, asked: Asked) -> Response:
    return await _page(request, viewer, replace(asked, form=_RULES.after_button(asked.form, _BLANK)))


async def _again(request: Request, viewer: Actor, asked: Asked, error: Exception) -> Response:
    """The form with what is wrong, each rule's beside it."""
    form = _RULES.put(asked.form, _RULES.of(asked.form))
    targets = {f"rules.{n}.target.{part}": f"rules.{n}.target" for n in _numbers(form) for part in ("id", "type")}
    return await _page(request, viewer, replace(asked, form=form.wrong(error, targets)), status_of(error))


def _numbers(form: Form) -> range:
    return range(len(_RULES.of(form)))


def _spec_of(form: Form) -> ScheduleSpec:
    """What the form says. Raises InvalidInput with every wrong field."""
    values: dict[str, Any] = {
        "team_id": form.given("team_id"),
        "name": form.value("name"),
        "description": form.value("description"),
        "time_zone": form.value("time_zone"),
        "rules": [_rule_of(row) for row in _RULES.of(form)],
    }
    body = form.body(ScheduleCreate, values)
    return ScheduleSpec(**{**dict(body), "rules": [one.spec() for one in body.rules]})


def _rule_of(row: Row) -> dict[str, Any]:
    kind, _, target = _value(row, "target").partition(":")
    return {
        "id": _value(row, "id") or None,
        "target": {"type": kind, "id": target},
        "weekdays": list(row["weekdays"]),
        "start": _value(row, "start"),
        "end": _value(row, "end"),
    }


def _value(row: Row, name: str) -> str:
    return row[name][-1] if row[name] else ""


def _form_of(spec: ScheduleSpec) -> Form:
    form = Form.of(name=spec.name, description=spec.description, time_zone=spec.time_zone, team_id=spec.team_id)
    return _RULES.put(form, [_row(one) for one in spec.rules])


def _row(one: ScheduleRuleSpec) -> Row:
    return {
        "id": [str(one.id)],
        "target": [f"{one.target.type}:{one.target.id}"],
        "weekdays": [_WEEKDAYS[day] for day in one.weekdays],
        "start": [one.start.isoformat("minutes")],
        "end": [one.end.isoformat("minutes")],
    }


async def _page(request: Request, viewer: Actor, asked: Asked, status: int = 200) -> Response:
    pool: Pool = request.app.state.pool
    form, rows = asked.form, _numbers(asked.form)
    beside = [f"rules.{n}.{field}" for n in rows for field in _RULES.fields]
    targets = await _targets(pool)
    values: dict[str, Any] = {
        "schedule": asked.old,
        "form": form,
        "rows": rows,
        "shown": ["name", "description", "time_zone", "team_id", "seen", *beside],
        "path": asked.path,
        "zones": zone_choices(form.value("time_zone")),
        "teams": await owner_choices(pool, viewer, asked.old, form.value("team_id")),
        "targets": targets,
        "target_names": await _chosen(pool, form) | {value: name for _, choices in targets for value, name in choices},
        "difference": await _difference(pool, asked),
    }
    return await page(request, viewer, "schedules/edit.html.j2", status, **values)


async def _targets(pool: Pool) -> Sequence[tuple[str, Choices]]:
    """What rules can put on call: rotations and people, by name."""
    found = sorted((await rotations.page(pool, None, None, _MOST_ROTATIONS)).items, key=lambda one: one.name.lower())
    names = await user_list.choices(pool)
    return [
        ("Rotations", [(f"rotation:{one.id}", one.name) for one in found]),
        ("People", [(f"user:{user_id}", name) for user_id, name in names.items()]),
    ]


async def _chosen(pool: Pool, form: Form) -> dict[str, str]:
    """What the rules put on call already, which may be beyond what there is to choose from."""
    values = {_value(row, "target") for row in _RULES.of(form)}
    ids = {value: target for value in values if (target := id_of(value.partition(":")[2]))}
    names = await policy_steps.target_names(pool, set(ids.values()))
    return {value: names[target] for value, target in ids.items() if target in names}


async def _difference(pool: Pool, asked: Asked) -> Difference:
    """What saving the form would do in the next weeks. A rule without a target does not count yet."""
    form = asked.form
    ready = [row for row in _RULES.of(form) if id_of(_value(row, "target").partition(":")[2])]
    try:
        spec = _spec_of(_RULES.put(Form.of(name="a schedule", time_zone=form.value("time_zone")), ready))
    except InvalidInput:
        return Difference(problem="Not all of it can be read yet.")
    used = [one.target.id for one in spec.rules if one.target.type == "rotation"]
    return await difference(pool, asked.old.id if asked.old else NEW, lambda found: _with(found, spec), None, used)


def _with(found: rules.Schedule, spec: ScheduleSpec) -> rules.Schedule:
    changed = [
        rule.Rule(one.id or uuid4(), one.target, frozenset(one.weekdays), one.start, one.end) for one in spec.rules
    ]
    return replace(found, time_zone=ZoneInfo(spec.time_zone), rules=changed)
