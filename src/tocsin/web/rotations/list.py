"""Rotations: who is on now, and until when."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.http.pagination import Cursor, cursor_at, position_after
from tocsin.store.on_call import rotations
from tocsin.store.people import user_list
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.rotations.handoff_table import pace

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 50


@router.get("/rotations")
async def show_all(request: Request, viewer: Viewer, pool: Database, q: str = "", cursor: Cursor = None) -> Response:
    """Rotations with who is on now and until when."""
    found = await rotations.page(pool, q or None, position_after(cursor), _PAGE_SIZE)
    names = await user_list.names(
        pool, [rotation.active_user_id for rotation in found.items if rotation.active_user_id]
    )
    values: dict[str, Any] = {
        "rotations": found.items,
        "names": names,
        "pace": pace,
        "q": q,
        "next": cursor_at(found.next),
    }
    return await page(request, viewer, "rotations/list.html.j2", live="on-call", **values)
