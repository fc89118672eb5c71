"""One alert: what it is, what happened, and what can be done about it."""

import re
from collections.abc import Mapping
from typing import get_args

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.access import may_act, require_act
from tocsin.db.pool import Pool
from tocsin.errors import Conflict, NotFound
from tocsin.store import alert_list, alerts, timeline
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import Action, Seen
from tocsin.web.flash import see_other
from tocsin.web.html import page
from tocsin.web.prospect import prospect
from tocsin.web.viewer import Viewer

router = APIRouter(include_in_schema=False)

_MOST_ENTRIES = 500
_MOST_ID = 2**63 - 1
_VERSION = re.compile("[0-9]{1,18}")
_ACTIONS: Mapping[str, Action] = {action: action for action in get_args(Action)}


@router.get("/alerts/{alert_id:int}")
async def show(request: Request, viewer: Viewer) -> Response:
    """One alert."""
    return await _alert_page(request, viewer)


@router.post("/alerts/{alert_id:int}/{action}")
async def act(request: Request, viewer: Viewer) -> Response:
    """Acknowledge, close or escalate, and show the alert as it is then."""
    try:
        await _act(request, viewer)
    except Conflict as error:
        return await _alert_page(request, viewer, f"Not done: {error}.", 409)
    return see_other(f"/alerts/{_alert_id(request)}")


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
    return await page(
        request,
        viewer,
        "alert.html.j2",
        status,
        live=f"alert:{alert.id}",
        alert=alert,
        can_act=can_act,
        escalating=await prospect(pool, alert) if can_act else None,
        entries=stretch.entries,
        more=stretch.next is not None,
        error=error,
    )


def _alert_id(request: Request) -> int:
    alert_id: int = request.path_params["alert_id"]
    if alert_id > _MOST_ID:
        raise NotFound("no such alert")
    return alert_id
