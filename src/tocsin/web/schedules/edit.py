"""Making, changing and deleting schedules: the rules of the week, with what they would do before they are saved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.schedules import ScheduleCreate
from tocsin.db.pool import Pool
from tocsin.domain.on_call import schedule as rules
from tocsin.domain.on_call import weekly_rule
from tocsin.errors import InvalidInput
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import Schedule, ScheduleSpec
from tocsin.store.people import user_list
from tocsin.store.policies import policy_steps
from tocsin.web.kit.choices import Choices, id_of, owner_choices, zone_choices
from tocsin.web.kit.edit import Edit
from tocsin.web.kit.editor import Editor
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import FormRow, FormRows
from tocsin.web.kit.zone import zone_of
from tocsin.web.schedules import show
from tocsin.web.schedules.change_preview import NEW, OnCallDifference, on_call_difference

router = APIRouter(include_in_schema=False)

_RULES = FormRows("rules", ("id", "target", "weekdays", "start", "end"))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BLANK: FormRow = {"weekdays": _WEEKDAYS, "start": ["00:00"], "end": ["00:00"]}
_MOST_ROTATIONS = 1000


async def _blank(edit: Edit[Schedule]) -> Form:
    """A new schedule with one rule."""
    return _RULES.put(Form.of(time_zone=zone_of(edit.request).key), [_BLANK])


async def _wrong(edit: Edit[Schedule], error: Exception) -> Form:
    """The form with what is wrong, each rule's beside it."""
    rows = _numbers(edit.form)
    return edit.form.wrong(
        error, {f"rules.{n}.target.{part}": f"rules.{n}.target" for n in rows for part in ("id", "type")}
    )


def _numbers(form: Form) -> range:
    return range(len(_RULES.of(form)))


def _spec_of(form: Form) -> ScheduleSpec:
    """The spec that the form describes. Raises InvalidInput with every wrong field."""
    values: dict[str, Any] = {
        "team_id": form.given("team_id"),
        "name": form.value("name"),
        "description": form.value("description"),
        "time_zone": form.value("time_zone"),
        "rules": [_rule_of(row) for row in _RULES.of(form)],
    }
    body = form.body(ScheduleCreate, values)
    return ScheduleSpec(**{**dict(body), "rules": [rule.spec() for rule in body.rules]})


def _rule_of(row: FormRow) -> dict[str, Any]:
    kind, _, target = _value(row, "target").partition(":")
    return {
        "id": _value(row, "id") or None,
        "target": {"type": kind, "id": target},
        "weekdays": list(row["weekdays"]),
        "start": _value(row, "start"),
        "end": _value(row, "end"),
    }


def _value(row: FormRow, name: str) -> str:
    return row[name][-1] if row[name] else ""


async def _form_of(edit: Edit[Schedule]) -> Form:
    spec = edit.existing.spec
    form = Form.of(name=spec.name, description=spec.description, time_zone=spec.time_zone, team_id=spec.team_id)
    return _RULES.put(form, [_row(rule) for rule in spec.rules])


def _row(rule: ScheduleRuleSpec) -> FormRow:
    return {
        "id": [str(rule.id)],
        "target": [f"{rule.target.type}:{rule.target.id}"],
        "weekdays": [_WEEKDAYS[day] for day in rule.weekdays],
        "start": [rule.start.isoformat("minutes")],
        "end": [rule.end.isoformat("minutes")],
    }


async def _page(edit: Edit[Schedule], status: int) -> Response:
    form, rows = edit.form, _numbers(edit.form)
    beside = [f"rules.{n}.{field}" for n in rows for field in _RULES.fields]
    targets = await _targets(edit.pool)
    offered = {value: name for _, choices in targets for value, name in choices}
    values: dict[str, Any] = {
        "schedule": edit.stored,
        "form": form,
        "rows": rows,
        "shown": ["name", "description", "time_zone", "team_id", "seen", *beside],
        "path": edit.request.url.path,
        "zones": zone_choices(form.value("time_zone")),
        "teams": await owner_choices(edit.pool, edit.viewer, edit.stored, form.value("team_id")),
        "targets": targets,
        "target_names": await _chosen(edit.pool, form) | offered,
        "difference": await _difference(edit),
    }
    return await page(edit.request, edit.viewer, "schedules/edit.html.j2", status, **values)


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


async def _difference(edit: Edit[Schedule]) -> OnCallDifference:
    """What saving the form would do in the next weeks. A rule without a target does not count yet."""
    form = edit.form
    ready = [row for row in _RULES.of(form) if id_of(_value(row, "target").partition(":")[2])]
    try:
        spec = _spec_of(_RULES.put(Form.of(name="a schedule", time_zone=form.value("time_zone")), ready))
    except InvalidInput:
        return OnCallDifference(problem="Not all of it can be read yet.")
    used = [rule.target.id for rule in spec.rules if rule.target.type == "rotation"]
    return await on_call_difference(
        edit.pool, edit.stored.id if edit.stored else NEW, lambda found: _with(found, spec), None, used
    )


def _with(found: rules.ScheduleDefinition, spec: ScheduleSpec) -> rules.ScheduleDefinition:
    changed = [
        weekly_rule.WeeklyRule(rule.id or uuid4(), rule.target, frozenset(rule.weekdays), rule.start, rule.end)
        for rule in spec.rules
    ]
    return replace(found, time_zone=ZoneInfo(spec.time_zone), rules=changed)


Editor[Schedule, ScheduleSpec](
    path="/schedules/{schedule_id:uuid}",
    store=schedules,
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=lambda edit: _spec_of(edit.form),
    wrong=_wrong,
    rows=_RULES,
    press=lambda form: _RULES.after_button(form, _BLANK),
    compared=lambda schedule: schedule.spec,
    saved_text="The schedule is saved.",
    refused=lambda edit, refused: show.schedule_page(edit.request, edit.viewer, edit.existing.id, refused),
).add_to(router)
