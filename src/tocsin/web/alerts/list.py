"""The list of alerts: filtered, by urgency, live, page by page; and acting on many at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.alerts import AlertQuery
from tocsin.db.pool import Pool
from tocsin.domain.escalation.by_hand import refuse_action
from tocsin.errors import FieldError, InvalidInput, NotFound, TocsinError
from tocsin.http.access import may_act, require_act
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import actions, alert_list
from tocsin.store.alerts.alert_list import AlertFilter, UrgencyPosition
from tocsin.store.policies import policies
from tocsin.store.services import services
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.navigation import our_path
from tocsin.web.kit.numbers import whole_number
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
_MOST_AT_ONCE = 100
_MOST_NAMES = 20

_STATUSES: Mapping[str, Sequence[str]] = {
    "open": ("triggered", "acknowledged"),
    "triggered": ("triggered",),
    "acknowledged": ("acknowledged",),
    "closed": ("closed",),
    "all": (),
}
_DONE: Mapping[str, str] = {"acknowledge": "acknowledged", "close": "closed"}


@dataclass(frozen=True, slots=True)
class AlertListQuery:
    """The filter as the form has it, and as the store takes it. Without a filter some field of the form is wrong."""

    form: Form
    filter: AlertFilter | None
    after: UrgencyPosition | None


@router.get("/alerts")
async def show_all(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Alerts, the most urgent first; the open ones unless another status is chosen."""
    if fragment_of(request) == "suggestions":
        return await page(request, viewer, "alerts/list.html.j2", names=await _names(pool, request.query_params))
    wanted = await _read_query(pool, viewer, request.query_params)
    return await page(
        request,
        viewer,
        "alerts/list.html.j2",
        live="alerts",
        **await _shown(pool, viewer, wanted, request.query_params),
    )


@router.post("/alerts")
async def act(viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Acknowledge or close the ticked alerts, each by itself, and say how many it were and what stood in the way."""
    back = our_path(form.value("back", "/alerts"))
    action = form.value("action")
    numbers = (whole_number(value, digits=18) for value in form.values("alert"))
    ids = [number for number in numbers if number is not None][:_MOST_AT_ONCE]
    if action not in _DONE:
        raise NotFound("no such action")
    if not ids:
        return see_other(back, "Tick the alerts first.", "info")
    refused = [why for why in [await _act(pool, viewer, action, each) for each in ids] if why is not None]
    done = len(ids) - len(refused)
    text = f"{done} {'alert' if done == 1 else 'alerts'} {_DONE[action]}."
    if refused:
        return see_other(back, f"{text} {len(refused)} not: {'; '.join(dict.fromkeys(refused))}.", "warning")
    return see_other(back, text)


async def _act(pool: Pool, viewer: Actor, action: str, alert_id: int) -> str | None:
    """The reason why the action was refused; None when it succeeded."""
    try:
        require_act(viewer, (await alert_list.get(pool, alert_id)).team_id)
        async with acting(pool, viewer) as connection:
            await actions.act(connection, "acknowledge" if action == "acknowledge" else "close", alert_id, viewer)
    except TocsinError as error:
        return str(error)
    return None


async def _shown(pool: Pool, viewer: Actor, wanted: AlertListQuery, query: QueryParams) -> dict[str, Any]:
    """The values that the page and its list show."""
    found = await alert_list.by_urgency(pool, wanted.filter, wanted.after, PAGE_SIZE) if wanted.filter else None
    items = found.items if found else []
    kept = [(name, value) for name, value in query.multi_items() if name != "after" and value]
    return {
        "alerts": items,
        "actable": {alert.id for alert in items if not refuse_action(alert.status) and may_act(viewer, alert.team_id)},
        "filter": wanted.form,
        "is_filtered": bool(_without(kept, "status")),
        "here": _address([*kept, *_after(wanted.after)]),
        "first": _address(kept) if wanted.after else None,
        "more": _address([*kept, *_after(found.next)]) if found and found.next else None,
        "statuses": {name: _address([*_without(kept, "status"), ("status", name)]) for name in _STATUSES},
        "names": {"service": (), "policy": ()},
    }


async def _read_query(pool: Pool, viewer: Actor, query: QueryParams) -> AlertListQuery:
    form = Form([(name, value) for name, value in query.multi_items() if value])
    if form.value("status") not in _STATUSES:
        form = replace(form, fields=[*form.fields, ("status", "open")])
    try:
        filters = form.body(
            AlertQuery,
            {
                "status": list(_STATUSES[form.value("status")]),
                "service_id": await _id_of(pool, "service", form.given("service")),
                "escalation_policy_id": await _id_of(pool, "policy", form.given("policy")),
                "label": [each.strip() for each in form.value("labels").split(",") if each.strip()],
                "q": form.given("q"),
                "favourites": form.has("favourites"),
                "mine": form.has("mine"),
            },
        )
    except InvalidInput as error:
        return AlertListQuery(form.wrong(error, {"service_id": "service", "label": "labels"}), None, None)
    return AlertListQuery(form, filters.filter(viewer), _place(form.value("after")))


async def _id_of(pool: Pool, field: str, given: str | None) -> UUID | None:
    """The service or policy with this id or name, or the only one whose name holds it. Raises InvalidInput else."""
    if given is None:
        return None
    store = services if field == "service" else policies
    with suppress(ValueError):
        return UUID(given)
    exact: UUID | None = await store.named(pool, given)
    found: list[UUID] = [exact] if exact else [one.id for one in (await store.page(pool, given, None, 2)).items]
    if len(found) == 1:
        return found[0]
    raise InvalidInput(FieldError(field, "several are named so" if found else f"no {field} has this name"))


async def _names(pool: Pool, query: QueryParams) -> Mapping[str, Sequence[str]]:
    """Names of services and policies to choose from, those that hold what is typed."""
    typed = {field: query.get(field) or None for field in ("service", "policy")}
    return {
        "service": [one.name for one in (await services.page(pool, typed["service"], None, _MOST_NAMES)).items],
        "policy": [one.name for one in (await policies.page(pool, typed["policy"], None, _MOST_NAMES)).items],
    }


def _after(place: UrgencyPosition | None) -> list[tuple[str, str]]:
    """The place as the address of a page names it."""
    return [("after", f"{place.urgency}-{place.alert_id}")] if place else []


def _place(text: str) -> UrgencyPosition | None:
    """The place that an address names; None, and so the beginning, for what is none."""
    urgency, _, alert_id = text.partition("-")
    numbers = whole_number(urgency), whole_number(alert_id, digits=18)
    return UrgencyPosition(numbers[0], numbers[1]) if numbers[0] is not None and numbers[1] is not None else None


def _without(query: Sequence[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [one for one in query if one[0] != name]


def _address(query: Sequence[tuple[str, str]]) -> str:
    return f"/alerts?{urlencode(query)}" if query else "/alerts"
