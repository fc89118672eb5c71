"""One schedule as a calendar with the layers that it is made of."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.errors import Conflict
from tocsin.http.access import may_edit, require_edit
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import calendar_feeds, schedules
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.refusals import Refusal, refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.schedules import calendar

router = APIRouter(include_in_schema=False)


@router.get("/schedules/{schedule_id:uuid}")
async def show(request: Request, schedule_id: UUID, viewer: Viewer) -> Response:
    """One schedule over a week or a month."""
    return await _page(request, viewer, schedule_id)


@router.post("/schedules/{schedule_id:uuid}/delete")
async def delete(request: Request, schedule_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete it, or tell what uses it."""
    try:
        async with acting(pool, viewer) as connection:
            schedule = await schedules.lock(connection, schedule_id)
            require_edit(viewer, schedule.team_id)
            await schedules.delete(connection, schedule_id)
    except Conflict as error:
        return await _page(request, viewer, schedule_id, refusal(error))
    return see_other("/schedules", f"{schedule.name} is deleted.")


async def _page(request: Request, viewer: Actor, schedule_id: UUID, refused: Refusal | None = None) -> Response:
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
