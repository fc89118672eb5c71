"""Schedules: who is on call by each, and one of them as a calendar with the layers that it is made of."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.access import may_edit
from tocsin.api.auth import Database
from tocsin.api.paging import Cursor, cursor_at, position_after
from tocsin.store import schedules
from tocsin.web import schedule_view
from tocsin.web.html import page
from tocsin.web.viewer import Viewer, ViewerZone

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 20


@router.get("/schedules")
async def show(request: Request, viewer: Viewer, pool: Database, q: str = "", cursor: Cursor = None) -> Response:
    """Schedules with who is on call by them now, and where nobody is."""
    found = await schedules.page(pool, q or None, position_after(cursor), _PAGE_SIZE)
    duties = await schedule_view.duties(pool, [one.id for one in found.items])
    values: dict[str, Any] = {"schedules": found.items, "duties": duties, "q": q, "next": cursor_at(found.next)}
    return await page(request, viewer, "schedules.html.j2", **values)


@router.get("/schedules/{schedule_id:uuid}")
async def show_one(
    request: Request, schedule_id: UUID, viewer: Viewer, pool: Database, viewer_zone: ViewerZone
) -> Response:
    """One schedule over a week or a month."""
    query = request.query_params
    zone: ZoneInfo | None = viewer_zone if query.get("zone") == "mine" else None
    values = await schedule_view.shown(pool, schedule_id, query.get("view", "week"), query.get("day", ""), zone)
    values["is_mine"] = zone is not None
    can_edit = may_edit(viewer, values["schedule"].team_id)
    return await page(request, viewer, "schedule.html.j2", can_edit=can_edit, refused=None, **values)
