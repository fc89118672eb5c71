"""The routing rules of an integration key, edited beside what they would do to what came last."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.routing_rules import RoutingRulesBody
from tocsin.db.pool import Connection
from tocsin.http.access import may_edit
from tocsin.ingest.routing.compile import compiled
from tocsin.store.services import routing_rules
from tocsin.store.services.routing_rules import KeyRouting, RoutingRuleSpec
from tocsin.web.kit.durations import USUAL_UNIT, seconds_of, split
from tocsin.web.kit.edit import Edit, open_to_all, permit_edit, to_same_page
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.render import page
from tocsin.web.kit.rows import FormRow, FormRows
from tocsin.web.kit.viewer import Viewer
from tocsin.web.services.rule_effects import NOT_TRIED, UNFINISHED, RuleEffects, captioned, rule_effects

router = APIRouter(include_in_schema=False)

PATH = "/services/{service_id:uuid}/keys/{key_id:uuid}/routing"

_TEXTS = ("id", "name", "condition", "service_id", "severity", "priority", "dedup_key", "summary")
_RULES = FormRows("rules", (*_TEXTS, "suppress", "delay", "delay_unit"))
_BLANK: FormRow = {"delay_unit": [USUAL_UNIT]}
_TRY = "try"


def _row(rule: RoutingRuleSpec) -> FormRow:
    number, unit = split(rule.delay) if rule.delay else ("", USUAL_UNIT)
    texts = {name: [str(value)] for name in _TEXTS if (value := getattr(rule, name))}
    return {**texts, "suppress": ["yes"] if rule.suppress else [], "delay": [number], "delay_unit": [unit]}


def _specs_of(form: Form) -> list[RoutingRuleSpec]:
    """The rules that the form describes. Raises InvalidInput with every wrong field."""
    body = form.body(RoutingRulesBody, {"rules": [_values(row) for row in _RULES.of(form)]})
    return body.specs()


def _values(row: FormRow) -> Mapping[str, object]:
    number = _value(row, "delay")
    texts = {name: _value(row, name) or None for name in _TEXTS}
    return {
        **texts,
        "name": _value(row, "name"),
        "condition": _value(row, "condition"),
        "suppress": bool(row["suppress"]),
        "delay_seconds": seconds_of(number, _value(row, "delay_unit")) if number else None,
    }


def _value(row: FormRow, name: str) -> str:
    return row[name][-1] if row[name] else ""


async def _form_of(edit: Edit[KeyRouting]) -> Form:
    return _RULES.put(Form(), [_row(rule) for rule in edit.existing.rules])


async def _blank(_edit: Edit[KeyRouting]) -> Form:
    raise AssertionError("a key has its rules from the start, be they none")


async def _wrong(edit: Edit[KeyRouting], error: Exception) -> Form:
    names = {f"rules.{n}.delay_seconds": f"rules.{n}.delay" for n in range(len(_RULES.of(edit.form)))}
    return edit.form.wrong(error, names)


async def _check(_edit: Edit[KeyRouting], specs: list[RoutingRuleSpec]) -> None:
    compiled(specs)


async def _update(connection: Connection, key: KeyRouting, specs: list[RoutingRuleSpec]) -> KeyRouting:
    await routing_rules.replace(connection, key, specs)
    return key


async def _never(*_: object) -> None:
    raise AssertionError("a key keeps its rules, be they none")


async def _page(edit: Edit[KeyRouting], status: int) -> Response:
    form, key = edit.form, edit.existing
    rows = range(len(_RULES.of(form)))
    offered = await routing_rules.targets(edit.pool, key.service_id)
    values: dict[str, Any] = {
        "key": key,
        "form": form,
        "rows": rows,
        "path": edit.request.url.path,
        "shown": ["seen", *(f"rules.{n}.{field}" for n in rows for field in _RULES.fields)],
        "targets": [("", f"{key.service_name}, as it came"), *((str(one), name) for one, name in offered)],
        "effects": await _effects(edit),
        "captioned": captioned,
        "can_edit": may_edit(edit.viewer, key.team_id),
    }
    return await page(edit.request, edit.viewer, "services/routing.html.j2", status, **values)


async def _effects(edit: Edit[KeyRouting]) -> RuleEffects:
    """What the rules of the form would do, if somebody has asked. One without a name is called by its number."""
    if edit.form.value("action") != _TRY:
        return NOT_TRIED
    rows = _RULES.of(edit.form)
    if not all(_value(row, "condition") for row in rows):
        return UNFINISHED
    named = [row if _value(row, "name") else {**row, "name": [f"rule {n}"]} for n, row in enumerate(rows, 1)]
    return await rule_effects(edit.pool, edit.existing, lambda: _specs_of(_RULES.put(edit.form, named)))


_EDITOR = Editor[KeyRouting, list[RoutingRuleSpec]](
    path=PATH,
    in_place=True,
    store=Functions(create=_never, get=routing_rules.get, lock=routing_rules.lock, update=_update, delete=_never),
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=lambda edit: _specs_of(edit.form),
    open=open_to_all,
    permit=permit_edit,
    prepare=_check,
    wrong=_wrong,
    rows=_RULES,
    press=lambda form: _RULES.after_button(form, _BLANK),
    compared=lambda key: key.rules,
    leads_to=to_same_page,
)


@router.get(PATH)
async def show(request: Request, viewer: Viewer) -> Response:
    """Show the rules of the key."""
    return await _EDITOR.edit_form(request, viewer)


@router.post(PATH)
async def save(request: Request, viewer: Viewer, form: Sent) -> Response:
    """Save the rules, or show what they would do."""
    return await _EDITOR.update(request, viewer, form)
