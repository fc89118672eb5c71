"""Services: which there are and how they stand, and one of them with all that belongs to it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.access import require_act
from tocsin.http.auth import Database
from tocsin.store.actor import acting
from tocsin.store.services import favourites, service_list
from tocsin.store.services.service_list import Filter
from tocsin.web.kit import test_alerts
from tocsin.web.kit.choices import id_of, team_choices
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.paths import our_path
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.services import show as service_view

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 40
_STATES = ("all", "open", "maintenance", "favourites")


@router.get("/services")
async def show(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Services by name."""
    form = Form(request.query_params.multi_items())
    state = form.value("state") if form.value("state") in _STATES else "all"
    wanted = Filter(
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


@router.get("/services/{service_id:uuid}")
async def show_one(request: Request, service_id: UUID, viewer: Viewer) -> Response:
    """One service."""
    return await service_view.answer(request, viewer, service_id)


@router.post("/services/{service_id:uuid}/test")
async def test(service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Raise a test alert, which pages as any other, and go to it."""
    service = await service_list.get(pool, service_id)
    require_act(viewer, service.team_id)
    alert_id = await test_alerts.fire(pool, viewer, service_id, form)
    return see_other(f"/alerts/{alert_id}", "This is your test alert. Close it when you have seen enough.")


@router.post("/services/{service_id:uuid}/favourite")
async def favour(service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make the service a favourite of the viewer's, or none any longer."""
    assert viewer.user_id is not None  # only people have sessions
    change = favourites.remove if form.value("favourite") == "no" else favourites.add
    async with acting(pool, viewer) as connection:
        await change(connection, viewer.user_id, service_id)
    return see_other(our_path(form.value("back", f"/services/{service_id}")))
