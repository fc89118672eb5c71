"""Teams by name, and adding one."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.teams import TeamCreate
from tocsin.domain.rights import is_admin
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.people import teams
from tocsin.store.people.teams import TeamSpec
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer, require_admin

router = APIRouter(include_in_schema=False)

_MOST = 500


@router.get("/teams")
async def show_all(request: Request, viewer: Viewer) -> Response:
    """Every team by name."""
    return await _list_page(request, viewer, Form.of())


@router.post("/teams")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add a team without members."""
    require_admin(viewer)
    try:
        body = form.body(TeamCreate, {"name": form.value("name")})
        async with acting(pool, viewer) as connection:
            team = await teams.create(connection, TeamSpec(name=body.name))
    except FORM_ERRORS as error:
        return await _list_page(request, viewer, form.wrong(error), status_of(error))
    return see_other(f"/teams/{team.id}", "Added. Now choose its members.")


async def _list_page(request: Request, viewer: Actor, form: Form, status: int = 200) -> Response:
    found = await teams.page(request.app.state.pool, None, None, _MOST)
    by_name = sorted(found.items, key=lambda team: team.name.lower())
    shown: dict[str, Any] = {"teams": by_name, "mine": viewer.teams, "can_add": is_admin(viewer)}
    return await page(request, viewer, "teams/list.html.j2", status, form=form, **shown)
