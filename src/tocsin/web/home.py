"""Home: the open alerts."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.auth import Database
from tocsin.store import alert_list
from tocsin.store.alert_list import Filter
from tocsin.web.html import page
from tocsin.web.viewer import Viewer

router = APIRouter(include_in_schema=False)

_OPEN = Filter(statuses=("triggered", "acknowledged"))
_MOST_ALERTS = 100


@router.get("/")
async def home(request: Request, viewer: Viewer, pool: Database) -> Response:
    """The open alerts, newest first."""
    found = await alert_list.page(pool, _OPEN, None, _MOST_ALERTS)
    return await page(request, viewer, "home.html.j2", live="alerts", alerts=found.items, more=found.next is not None)
