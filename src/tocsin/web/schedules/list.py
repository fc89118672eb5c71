"""Schedules: who is on call by each now."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.http.pagination import Cursor, cursor_at, position_after
from tocsin.store.on_call import schedules
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.schedules import calendar

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 20


@router.get("/schedules")
async def show_all(request: Request, viewer: Viewer, pool: Database, q: str = "", cursor: Cursor = None) -> Response:
    """Schedules with who is on call by them now, and where nobody is."""
    found = await schedules.page(pool, q or None, position_after(cursor), _PAGE_SIZE)
    on_call_now = await calendar.on_call_now(pool, [one.id for one in found.items])
    values: dict[str, Any] = {
        "schedules": found.items,
        "on_call_now": on_call_now,
        "q": q,
        "next": cursor_at(found.next),
    }
    return await page(request, viewer, "schedules/list.html.j2", live="on-call", **values)
