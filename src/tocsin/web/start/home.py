"""Home: the viewer's shifts and alerts, who else is on call, and whether the engine is well."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.store.actor import Actor
from tocsin.store.alerts import alert_list
from tocsin.store.alerts.alert_list import Alert, AlertFilter, AlertListByUrgency
from tocsin.store.engine_status.engine_health import summary
from tocsin.store.on_call import on_call_of_user
from tocsin.store.payloads import quarantine
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.start.setup_steps import is_offered
from tocsin.web.start.unreachable_warning import unreachable_warning

router = APIRouter(include_in_schema=False)

_OPEN = AlertFilter(statuses=("triggered", "acknowledged"))
_MOST_ALERTS = 12
_MOST_POLICIES = 10


@router.get("/")
async def home(request: Request, viewer: Viewer) -> Response:
    """Show the home page."""
    gather = _PARTS.get(fragment_of(request) or "", _all)
    shown = {"offers_setup": await is_offered(request, viewer), **await gather(request, viewer)}
    return await page(request, viewer, "start/home.html.j2", live="alerts engine on-call", **shown)


async def _all(request: Request, viewer: Actor) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for gather in _PARTS.values():
        found |= await gather(request, viewer)
    return found


async def _own_on_call(request: Request, viewer: Actor) -> dict[str, Any]:
    pool, me = _pool(request), _id(viewer)
    own_on_call = await on_call_of_user.of_user(pool, me)
    alarm = await unreachable_warning(pool, me, own_on_call, zone_of(request), mails=await can_mail(request))
    return {"own_on_call": own_on_call, "unreachable": alarm}


async def _on_call(request: Request, viewer: Actor) -> dict[str, Any]:
    return {"on_call": await on_call_of_user.of_policies(_pool(request), _id(viewer), _MOST_POLICIES)}


async def _engine(request: Request, _viewer: Actor) -> dict[str, Any]:
    return {"engine_summary": await summary(_pool(request))}


async def _quarantines(request: Request, _viewer: Actor) -> dict[str, Any]:
    return {"quarantines": await quarantine.waiting(_pool(request))}


async def _alerts(request: Request, viewer: Actor) -> dict[str, Any]:
    """The open alerts of the viewer, and the most urgent of all others."""
    pool = _pool(request)
    mine = await alert_list.by_urgency(pool, AlertFilter(mine_of=viewer.user_id), None, _MOST_ALERTS)
    found = await alert_list.by_urgency(pool, _OPEN, None, _MOST_ALERTS + len(mine.items))
    return {"mine": mine, "others": _others(mine, found)[:_MOST_ALERTS]}


def _pool(request: Request) -> Pool:
    pool: Pool = request.app.state.pool
    return pool


def _id(viewer: Actor) -> UUID:
    assert viewer.user_id is not None  # only people have sessions
    return viewer.user_id


def _others(mine: AlertListByUrgency, found: AlertListByUrgency) -> Sequence[Alert]:
    known = {alert.id for alert in mine.items}
    return [alert for alert in found.items if alert.id not in known]


_PARTS = {
    "own-on-call": _own_on_call,
    "quarantines": _quarantines,
    "open-alerts": _alerts,
    "on-call": _on_call,
    "engine": _engine,
}
"""What gathers each part of the page that is fetched by itself, by its id."""
