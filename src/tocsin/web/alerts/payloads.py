"""The payloads of an alert: what senders sent, as it came."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.store.alerts import alert_list
from tocsin.store.payloads import received
from tocsin.web.alerts.show import alert_number
from tocsin.web.kit.numbers import whole_number
from tocsin.web.kit.payload_text import payload_text
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

_MOST = 50


@router.get("/alerts/{alert_id:int}/payloads")
async def show(request: Request, alert_id: int, viewer: Viewer, pool: Database) -> Response:
    """Show the payload that the address names, or else the newest, and a list of all."""
    alert = await alert_list.get(pool, alert_number(alert_id))
    found = await received.of_alert(pool, alert.id, None, _MOST)
    wanted = whole_number(request.query_params.get("payload", ""), digits=18)
    shown = await received.one_of_alert(pool, alert.id, wanted) if wanted else next(iter(found.items), None)
    return await page(
        request,
        viewer,
        "alerts/payloads.html.j2",
        alert=alert,
        shown=payload_text(shown) if shown else None,
        payloads=found.items,
        has_older=found.next is not None,
    )
