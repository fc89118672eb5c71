"""Something that a routing rule has suppressed: what it says, and what was sent."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.store.alerts import suppressed_alerts
from tocsin.store.payloads import received
from tocsin.store.services import services
from tocsin.web.kit.payload_text import payload_text
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)


@router.get("/services/{service_id:uuid}/suppressed/{suppressed_id:int}")
async def show(request: Request, service_id: UUID, suppressed_id: int, viewer: Viewer, pool: Database) -> Response:
    """Show what was suppressed, with the last payload that told of it."""
    alert = await suppressed_alerts.get(pool, service_id, suppressed_id)
    sent = await received.one_of_key(pool, alert.integration_key_id, alert.payload_id) if alert.payload_id else None
    return await page(
        request,
        viewer,
        "services/suppressed.html.j2",
        service=await services.get(pool, service_id),
        alert=alert,
        payload=payload_text(sent) if sent else None,
    )
