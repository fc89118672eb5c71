"""The open alerts, and one alert: what it is, what happened, and what can be done about it."""

import re
from collections.abc import Mapping
from typing import get_args

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.api.access import may_act, require_act
from tocsin.db.pool import Pool
from tocsin.errors import Conflict, NotFound
from tocsin.store import alert_list, alerts, timeline
from tocsin.store.actor import Actor, acting
from tocsin.store.alert_list import Filter
from tocsin.store.alerts import Action, Seen
from tocsin.store.moment import now
from tocsin.web.html import html_page
from tocsin.web.prospect import prospect
from tocsin.web.viewer import require_same_origin, to_sign_in, viewer_of

router = APIRouter()

_OPEN = Filter(statuses=("triggered", "acknowledged"))
_MOST_ALERTS = 100
_MOST_ENTRIES = 500
_MOST_ID = 2**63 - 1
_VERSION = re.compile("[0-9]{1,18}")
_ACTIONS: Mapping[str, Action] = {action: action for action in get_args(Action)}


async def home(request: Request) -> Response:
    """The open alerts, newest first."""
    viewer = await viewer_of(request)
    if viewer is None:
        return to_sign_in(request)
    pool: Pool = request.app.state.pool
    found = await alert_list.page(pool, _OPEN, None, _MOST_ALERTS)
    more = found.next is not None
    return html_page("home.html.j2", viewer=viewer, alerts=found.items, more=more, now=await now(pool))


async def show(request: Request) -> Response:
    """One alert."""
    viewer = await viewer_of(request)
    if viewer is None:
        return to_sign_in(request)
    return await _alert_page(request, viewer)


async def act(request: Request) -> Response:
    """Acknowledge, close or escalate, and show the alert as it is then."""
    viewer = await viewer_of(request)
    if viewer is None:
        return to_sign_in(request)
    require_same_origin(request)
    try:
        await _act(request, viewer)
    except Conflict as error:
        return await _alert_page(request, viewer, f"Not done: {error}.", 409)
    return RedirectResponse(f"/alerts/{_alert_id(request)}", 303)


router.add_route("/", home, methods=["GET"], include_in_schema=False)
router.add_route("/alerts/{alert_id:int}", show, methods=["GET"], include_in_schema=False)
router.add_route("/alerts/{alert_id:int}/{action}", act, methods=["POST"], include_in_schema=False)


async def _act(request: Request, viewer: Actor) -> None:
    pool: Pool = request.app.state.pool
    alert_id = _alert_id(request)
    require_act(viewer, (await alert_list.get(pool, alert_id)).team_id)
    action = _ACTIONS.get(request.path_params["action"])
    if action is None:
        raise NotFound("no such action")
    version = str((await request.form()).get("version", ""))
    seen = Seen(version=int(version) if _VERSION.fullmatch(version) else None)
    async with acting(pool, viewer) as connection:
        await alerts.act(connection, action, alert_id, viewer, seen)


async def _alert_page(request: Request, viewer: Actor, error: str | None = None, status: int = 200) -> Response:
    pool: Pool = request.app.state.pool
    alert = await alert_list.get(pool, _alert_id(request))
    stretch = await timeline.timeline(pool, alert.id, limit=_MOST_ENTRIES)
    can_act = alert.status != "closed" and may_act(viewer, alert.team_id)
    return html_page(
        "alert.html.j2",
        status,
        viewer=viewer,
        alert=alert,
        can_act=can_act,
        escalating=await prospect(pool, alert) if can_act else None,
        entries=stretch.entries,
        more=stretch.next is not None,
        now=await now(pool),
        error=error,
    )


def _alert_id(request: Request) -> int:
    alert_id: int = request.path_params["alert_id"]
    if alert_id > _MOST_ID:
        raise NotFound("no such alert")
    return alert_id
