"""One alert: what it is about, where it stands on its policy, what happened and what happens next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.domain.dedup_key import ROLL_UP_KEY, monitor_of_key
from tocsin.domain.escalation.by_hand import refuse_action
from tocsin.domain.escalation.rounds import rounds_left
from tocsin.errors import NotFound
from tocsin.http.access import may_act
from tocsin.store.actor import Actor
from tocsin.store.alerts import alert_list, alert_policy, closings, forecast, roll_up, timeline, undo
from tocsin.store.alerts.alert_list import Alert
from tocsin.store.alerts.alert_policy import AlertPolicy
from tocsin.store.alerts.related_alerts import related_alerts
from tocsin.store.alerts.timeline import TimelineEntry
from tocsin.store.heartbeats import monitors
from tocsin.store.policies.policy_steps import Step
from tocsin.store.services import favourites
from tocsin.web.alerts.alert_links import TOP_KINDS, shown_link
from tocsin.web.alerts.alert_text import sentence, style_of
from tocsin.web.alerts.escalation_preview import EscalationPreview, preview_escalation
from tocsin.web.alerts.markdown import details_html
from tocsin.web.kit.forecast_text import ForecastLine, ForecastText, forecast_text
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of

_MOST_ENTRIES = 500
_MOST_PAGES = 40
_MOST_FORECAST = 12
_MOST_ROLLED_UP = 100

Where = Literal["past", "here", "ahead"]


@dataclass(frozen=True, slots=True)
class AlertStepRow:
    """A step of the alert's policy, as seen from the alert: ``at`` is when the alert comes to it, if that is known."""

    step: Step
    where: Where
    targets: Sequence[tuple[str, str]]
    at: datetime | None = None

    @property
    def number(self) -> int:
        return self.step.step_number + 1

    @property
    def found(self) -> Sequence[str]:
        """Who is on call for the step by a rotation or a schedule; whom it names itself is among its targets."""
        named = {name for type_, name in self.targets if type_ == "user"}
        return [one.name for one in self.step.on_call if one.name not in named]


async def _shown(pool: Pool, viewer: Actor, alert_id: int, zone: tzinfo) -> dict[str, Any]:
    """Everything for the template, with times of sentences in the zone. Raises NotFound."""
    alert = await alert_list.get(pool, alert_id)
    policy = await alert_policy.of_alert(pool, alert_id)
    past = await timeline.newest(pool, alert_id, _MOST_ENTRIES)
    can_act = not refuse_action(alert.status) and may_act(viewer, alert.team_id)
    is_favourite = viewer.user_id is not None and alert.service_id in await favourites.of_user(pool, viewer.user_id)
    return {
        "alert": alert,
        "top_links": [shown_link(link) for link in alert.links if link.kind in TOP_KINDS],
        "other_links": [shown_link(link) for link in alert.links if link.kind not in TOP_KINDS],
        "heartbeat_path": await _heartbeat_path(pool, alert.dedup_key),
        "related": await related_alerts(pool, alert),
        "details": await asyncio.to_thread(details_html, alert.details),
        "roll_up": await roll_up.of_alert(pool, alert_id, _MOST_ROLLED_UP) if alert.dedup_key == ROLL_UP_KEY else None,
        "sentence": sentence,
        "look_of": style_of,
        "policy": policy,
        "step_rows": alert_step_rows(policy, alert),
        "rounds": round_text(policy.repeat, alert.escalation.loop_count or 0, policy.catch_all_name),
        "pages": await alert_policy.pages(pool, alert_id, _MOST_PAGES),
        "entries": [entry for entry in reversed(past.entries) if is_worth_a_line(entry)],
        "has_older": past.has_older,
        "can_act": can_act,
        "can_note": may_act(viewer, alert.team_id),
        "undoable": await undo.offered(pool, alert_id, viewer) if may_act(viewer, alert.team_id) else None,
        "is_favourite": is_favourite,
        "escalating": await _escalating(pool, alert, zone) if can_act else None,
        "closing": await closings.of_alert(pool, alert_id),
        "forecast": await _forecast(pool, alert),
    }


def alert_step_rows(policy: AlertPolicy, alert: Alert) -> Sequence[AlertStepRow]:
    """The steps from the alert's point of view. While a maintenance holds it, no moment of the next step is known."""
    here, due = alert.escalation.step_number, alert.escalation.next_escalation_at
    waits = alert.status == "triggered" and alert.escalation.held_until is None
    after = None if here is None or not policy.steps else (here + 1) % len(policy.steps)
    return [
        AlertStepRow(
            step,
            _where(step.step_number, here),
            [(target.type, policy.names.get(target.id, "gone")) for target in step.targets],
            due if step.step_number == after and waits else None,
        )
        for step in policy.steps
    ]


def round_text(repeat: int | None, gone: int, catch_all_name: str | None = None) -> ForecastLine:
    """Which round of the policy this is, and what comes after it. One that is begun by hand may go beyond them all."""
    number, left = gone + 1, rounds_left(repeat, gone)
    if repeat is None or left is None:
        return ForecastLine("repeat", f"{f'Round {number}, then' if gone else 'Then'} from the top, for ever")
    then = f", then {catch_all_name} takes over" if catch_all_name else ""
    if left > 0:
        more = f"from the top, {left} more {'round' if left == 1 else 'rounds'}{then}"
        return ForecastLine("repeat", f"Round {number} of {repeat + 1}, then {more}" if gone else f"Then {more}")
    if repeat == 0 and not gone:
        return ForecastLine("flag", f"One round{then}")
    return ForecastLine("flag", f"Round {number}{f' of {repeat + 1}' if left == 0 else ''}, the last{then}")


def is_worth_a_line(entry: TimelineEntry) -> bool:
    """Whether an entry is worth a line: a page that is merely on its way is not."""
    return entry.event != "page" or bool(entry.reason) or entry.meta["status"] not in ("pending", "sending")


def _where(step_number: int, here: int | None) -> Where:
    if here is None or step_number > here:
        return "ahead"
    return "here" if step_number == here else "past"


async def _escalating(pool: Pool, alert: Alert, zone: tzinfo) -> EscalationPreview | None:
    try:
        return await preview_escalation(pool, alert, zone)
    except NotFound:
        return None


async def _heartbeat_path(pool: Pool, dedup_key: str) -> str | None:
    """The page of the heartbeat monitor that the alert is about; None without one, or once it is deleted."""
    monitor_id = monitor_of_key(dedup_key)
    if monitor_id is None:
        return None
    try:
        return f"/services/{await monitors.service_of(pool, monitor_id)}/heartbeats/{monitor_id}"
    except NotFound:
        return None


async def _forecast(pool: Pool, alert: Alert) -> ForecastText | None:
    """What happens next if nobody does anything; None for a closed alert."""
    if alert.status == "closed":
        return None
    return forecast_text(await forecast.of_alert(pool, alert.id), _MOST_FORECAST)


router = APIRouter(include_in_schema=False)


_MOST_ID = 2**63 - 1


@router.get("/alerts/{alert_id:int}")
async def show(request: Request, alert_id: int, viewer: Viewer) -> Response:
    """Show an alert's page."""
    return await alert_page(request, viewer, alert_number(alert_id))


async def alert_page(request: Request, viewer: Actor, alert_id: int, status: int = 200, **told: object) -> Response:
    """The page; ``told``: the ``error`` that stood in the way of an action, or a ``note_form`` with what is wrong."""
    values: dict[str, Any] = {"error": None, "note_form": Form(), **told}
    values |= await _shown(request.app.state.pool, viewer, alert_id, zone_of(request))
    return await page(request, viewer, "alerts/show.html.j2", status, live=f"alert:{alert_id}", **values)


def alert_number(alert_id: int) -> int:
    """The number of an alert that there may be. Raises NotFound when it is too large for one."""
    if alert_id > _MOST_ID:
        raise NotFound("no such alert")
    return alert_id
