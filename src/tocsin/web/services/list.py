"""Services by name, and how they stand."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.http.auth import Database
from tocsin.store.payloads import quarantine
from tocsin.store.services import favourites, service_list
from tocsin.store.services.service_list import ServiceFilter
from tocsin.web.kit.choices import id_of, team_choices
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 40
_STATES = ("all", "open", "maintenance", "favourites")


@router.get("/services")
async def show_all(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Services by name."""
    form = Form(request.query_params.multi_items())
    state = form.value("state") if form.value("state") in _STATES else "all"
    wanted = ServiceFilter(
        q=form.given("q"),
        team_id=id_of(form.value("team")),
        favourites_of=viewer.user_id if state == "favourites" else None,
        with_alerts=state == "open",
        in_maintenance=state == "maintenance",
    )
    found = await service_list.page(pool, wanted, form.given("after"), _PAGE_SIZE)
    query = {name: form.value(name) for name in ("q", "team") if form.value(name)}
    here = query | ({"state": state} if state != "all" else {})
    values: dict[str, Any] = {
        "services": found.items,
        "quarantined": await _quarantined(pool),
        "older": f"/services?{urlencode({**here, 'after': found.next})}" if found.next else None,
        "first": f"/services?{urlencode(here)}" if form.value("after") else None,
        "states": {name: f"/services?{urlencode({**query, 'state': name})}" for name in _STATES},
        "state": state,
        "filter": form,
        "is_filtered": bool(query),
        "teams": await team_choices(pool, "Any team"),
        "favourites": await favourites.of_user(pool, viewer.user_id) if viewer.user_id else frozenset(),
    }
    return await page(request, viewer, "services/list.html.j2", live="alerts", **values)


async def _quarantined(pool: Pool) -> Counter[UUID]:
    """How many messages wait in quarantine, by service."""
    found: Counter[UUID] = Counter()
    for one in await quarantine.waiting(pool):
        found[one.service_id] += one.waiting
    return found
