"""Teams by name; adding, renaming and deleting one."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.teams import TeamCreate
from tocsin.db.pool import Connection
from tocsin.domain.rights import is_admin
from tocsin.http.access import require_manage
from tocsin.store.people import teams
from tocsin.store.people.teams import Team, TeamSpec
from tocsin.web.kit.edit import Edit, open_to_all
from tocsin.web.kit.editor import Editor
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import require_admin
from tocsin.web.teams.show import team_page

router = APIRouter(include_in_schema=False)

_MOST = 500


async def _permit(_connection: Connection, edit: Edit[Team], spec: TeamSpec | None) -> None:
    """Administrators make and delete teams; managers may rename theirs, too."""
    if edit.stored is None or spec is None:
        require_admin(edit.viewer)
    else:
        require_manage(edit.viewer, edit.stored.id)


async def _blank(_edit: Edit[Team]) -> Form:
    return Form()


async def _form_of(edit: Edit[Team]) -> Form:
    return Form.of(name=edit.existing.name)


def _spec_of(edit: Edit[Team]) -> TeamSpec:
    name = edit.form.body(TeamCreate, {"name": edit.form.value("name")}).name
    return replace(edit.stored.spec, name=name) if edit.stored else TeamSpec(name=name)


async def _page(edit: Edit[Team], status: int) -> Response:
    """A team, or all of them with the form for another."""
    request, viewer = edit.request, edit.viewer
    if edit.stored is not None:
        return await team_page(request, viewer, edit.stored.id, status, form=edit.form)
    found = await teams.page(edit.pool, None, None, _MOST)
    by_name = sorted(found.items, key=lambda team: team.name.lower())
    shown: dict[str, Any] = {"teams": by_name, "mine": viewer.teams, "can_add": is_admin(viewer)}
    return await page(request, viewer, "teams/list.html.j2", status, form=edit.form, **shown)


def _made(_edit: Edit[Team], team: Team) -> Response:
    return see_other(f"/teams/{team.id}", "Added. Now choose its members.")


Editor[Team, TeamSpec](
    path="/teams/{team_id:uuid}",
    new="",
    in_place=True,
    store=teams,
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    open=open_to_all,
    permit=_permit,
    made=_made,
    deleted_text="Deleted.",
    refused=lambda edit, refused: team_page(edit.request, edit.viewer, edit.existing.id, 409, refused=refused),
).add_to(router)
