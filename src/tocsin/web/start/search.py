"""Search: everything by a part of its name, as one types in the bar's field, or as a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.store.search import ResultKind, SearchResult, search
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

_LONGEST = 255
_MOST = 20
_MOST_AT_ONCE = 5
_NOTHING = SearchResult((), {})


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Where things of one kind are: their heading, the path of their pages, and their icon."""

    caption: str
    path: str
    icon: str


RESULT_GROUPS: Mapping[ResultKind, ResultGroup] = {
    "service": ResultGroup("Services", "/services", "server"),
    "policy": ResultGroup("Escalation policies", "/policies", "stairs-up"),
    "schedule": ResultGroup("Schedules", "/schedules", "calendar"),
    "rotation": ResultGroup("Rotations", "/rotations", "repeat"),
    "person": ResultGroup("People", "/people", "user"),
    "team": ResultGroup("Teams", "/teams", "users-group"),
    "channel": ResultGroup("Channels", "/channels", "message"),
}


@router.get("/search")
async def show(request: Request, viewer: Viewer, pool: Database, q: str = "") -> Response:
    """Show search results as a page, or below the field in the top bar."""
    text = q.replace("\x00", "").strip()[:_LONGEST]
    limit = _MOST_AT_ONCE if fragment_of(request) == "search-results" else _MOST
    found = await search(pool, text, limit) if text else _NOTHING
    return await page(request, viewer, "start/search.html.j2", q=text, found=found, groups=RESULT_GROUPS, limit=limit)
