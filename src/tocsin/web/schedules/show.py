"""One schedule as a calendar with the layers that it is made of."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.access import may_edit
from tocsin.store.actor import Actor
from tocsin.store.on_call import calendar_feeds
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.schedules import calendar

router = APIRouter(include_in_schema=False)


@router.get("/schedules/{schedule_id:uuid}")
async def show(request: Request, schedule_id: UUID, viewer: Viewer) -> Response:
    """Show a schedule's page with a week or a month of its calendar."""
    return await schedule_page(request, viewer, schedule_id)


async def schedule_page(request: Request, viewer: Actor, schedule_id: UUID, refused: Refusal | None = None) -> Response:
    """One schedule's page, with why it cannot be deleted, if that was tried."""
    query = request.query_params
    zone = zone_of(request) if query.get("zone") == "mine" else None
    values = await calendar.shown(
        request.app.state.pool, schedule_id, query.get("view", "week"), query.get("day", ""), zone
    )
    can_edit = may_edit(viewer, values["schedule"].team_id)
    seen: dict[str, Any] = {
        "is_mine": zone is not None,
        "can_edit": can_edit,
        "feed": await calendar_feeds.find(request.app.state.pool, schedule_id) if can_edit else None,
        "refused": refused,
    }
    return await page(
        request,
        viewer,
        "schedules/show.html.j2",
        409 if refused else 200,
        live=f"schedule:{schedule_id}",
        **values,
        **seen,
    )
