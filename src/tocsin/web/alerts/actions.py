"""What can be done about an alert: acknowledge, close, escalate, snooze, and undo."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.alert_actions import Escalate, Snooze
from tocsin.db.pool import Connection, Pool
from tocsin.domain.escalation.by_hand import Seen
from tocsin.errors import Conflict, InvalidInput
from tocsin.http.access import require_act
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import actions, alert_list, undo
from tocsin.store.alerts.actions import ActionResult
from tocsin.store.instants import now
from tocsin.web.alerts.link_text import outcome
from tocsin.web.alerts.show import alert_number, alert_page
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.formatting import as_sentence
from tocsin.web.kit.forms import Form, Sent, status_of
from tocsin.web.kit.numbers import whole_number
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.zone import in_zone, zone_of

router = APIRouter(include_in_schema=False)

_NUMBER = re.compile("[0-9]{1,9}")
_MORNING = 9


@router.post("/alerts/{alert_id:int}/acknowledge")
async def acknowledge(request: Request, alert_id: int, viewer: Viewer) -> Response:
    """Acknowledge the alert, which stops its escalation."""
    return await _act(request, viewer, alert_id, lambda one: actions.acknowledge(one, alert_id, viewer))


@router.post("/alerts/{alert_id:int}/close")
async def close(request: Request, alert_id: int, viewer: Viewer) -> Response:
    """Close the alert."""
    return await _act(request, viewer, alert_id, lambda one: actions.close(one, alert_id, viewer))


@router.post("/alerts/{alert_id:int}/escalate")
async def escalate(request: Request, alert_id: int, viewer: Viewer, form: Sent) -> Response:
    """Make the alert enter its next step at once, or the chosen step."""

    async def run(connection: Connection) -> ActionResult:
        wanted = form.body(Escalate, {"version": _number(form, "version"), "step_number": _number(form, "step")})
        return await actions.escalate(connection, alert_id, viewer, Seen(version=wanted.version), wanted.step_number)

    return await _act(request, viewer, alert_id, run)


@router.post("/alerts/{alert_id:int}/snooze")
async def snooze(request: Request, alert_id: int, viewer: Viewer, form: Sent, zone: ViewerZone) -> Response:
    """Snooze the alert: acknowledge it for a while."""

    async def run(connection: Connection) -> ActionResult:
        return await actions.snooze(connection, alert_id, viewer, await _snooze(connection, form, zone))

    return await _act(request, viewer, alert_id, run)


@router.post("/alerts/undo")
async def undo_last(request: Request, viewer: Viewer, form: Sent) -> Response:
    """Undo an acknowledgement or a close that the viewer has just made. Undoing a close opens another alert."""
    pool: Pool = request.app.state.pool
    alert_id = alert_number(whole_number(form.value("alert"), digits=18) or 0)
    require_act(viewer, (await alert_list.get(pool, alert_id)).team_id)
    try:
        async with acting(pool, viewer) as connection:
            open_id = await undo.undo(connection, alert_id, viewer)
    except Conflict as error:
        return await alert_page(
            request, viewer, alert_id, status_of(error), error=f"Not done. {as_sentence(str(error))}"
        )
    text = "Undone: it is triggered again." if open_id == alert_id else f"Undone: raised again as #{open_id}."
    return see_other(f"/alerts/{open_id}", text)


async def _act(
    request: Request, viewer: Actor, alert_id: int, action: Callable[[Connection], Awaitable[ActionResult]]
) -> Response:
    """Act by the viewer's rights, and show the alert as it is afterwards, or the reason why the action was refused."""
    pool: Pool = request.app.state.pool
    require_act(viewer, (await alert_list.get(pool, alert_number(alert_id))).team_id)
    try:
        async with acting(pool, viewer) as connection:
            handled = await action(connection)
    except (Conflict, InvalidInput) as error:
        why = in_zone(_why(error), zone_of(request))
        return await alert_page(request, viewer, alert_id, status_of(error), error=f"Not done. {why}")
    return see_other(f"/alerts/{alert_id}", outcome(handled.reason).text)


async def _snooze(connection: Connection, form: Form, zone: ZoneInfo) -> datetime | timedelta:
    """The form's number of minutes, or the time until the viewer's next morning."""
    if form.value("for") == "morning":
        return next_morning(await now(connection), zone)
    minutes = _number(form, "for")
    return form.body(Snooze, {"seconds": minutes * 60 if minutes else None}).end


def next_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """The next nine o'clock in the zone."""
    local = moment.astimezone(zone)
    today = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


def _why(error: Conflict | InvalidInput) -> str:
    if isinstance(error, InvalidInput):
        return " ".join(as_sentence(each.message) for each in error.errors)
    return as_sentence(str(error))


def _number(form: Form, name: str) -> int | None:
    """A number that the page itself put into the form; None when it is empty or not a number."""
    return int(form.value(name)) if _NUMBER.fullmatch(form.value(name)) else None
