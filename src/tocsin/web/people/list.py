"""The list of people: who can be reached, and who is on call."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.db.pool import Pool
from tocsin.domain.rights import is_admin
from tocsin.http.auth import Database
from tocsin.store.actor import Actor
from tocsin.store.people import user_list
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50


@router.get("/people")
async def show_all(
    request: Request, viewer: Viewer, pool: Database, q: str = "", after: UUID | None = None
) -> Response:
    """Everybody by name."""
    values = await _shown(pool, viewer, q.strip()[:255], after)
    return await page(request, viewer, "people/list.html.j2", live="on-call", **values)


@router.get("/people/me")
async def me(viewer: Viewer) -> Response:
    """The viewer's own page."""
    return RedirectResponse(f"/people/{viewer.user_id}", 303)


async def _shown(pool: Pool, viewer: Actor, q: str, after: UUID | None) -> dict[str, Any]:
    found = await user_list.page(pool, q or None, after, PAGE_SIZE)
    query = {"q": q} if q else {}
    return {
        "people": found.items,
        "counts": await user_list.counts(pool),
        "q": q,
        "form": Form.of(q=q),
        "first": _address(query) if after else None,
        "more": _address({**query, "after": str(found.next)}) if found.next else None,
        "can_add": is_admin(viewer),
    }


def _address(query: dict[str, str]) -> str:
    return f"/people?{urlencode(query)}" if query else "/people"
