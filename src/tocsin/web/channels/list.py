"""Channels: places, not persons, that a policy step can notify."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.addresses import prepare_address_checks
from tocsin.http.auth import Database
from tocsin.http.pagination import cursor_at, position_after
from tocsin.store.policies import channels
from tocsin.web.kit.choices import team_names
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False, dependencies=[Depends(prepare_address_checks)])

PAGE_SIZE = 50


@router.get("/channels")
async def show_all(request: Request, viewer: Viewer, pool: Database, q: str = "", cursor: str = "") -> Response:
    """Every channel, the oldest first."""
    q = q.strip()[:255]
    found = await channels.page(pool, q or None, position_after(cursor or None), PAGE_SIZE)
    query = {"q": q} if q else {}
    shown: dict[str, Any] = {
        "channels": found.items,
        "teams": await team_names(pool),
        "q": q,
        "first": _address(query) if cursor else None,
        "more": _address({**query, "cursor": cursor_at(found.next) or ""}) if found.next else None,
    }
    return await page(request, viewer, "channels/list.html.j2", **shown)


def _address(query: dict[str, str]) -> str:
    return f"/channels?{urlencode(query)}" if query else "/channels"
