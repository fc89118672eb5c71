"""One team: who is in it, and what they may do in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.teams import MemberBody
from tocsin.db.pool import Pool
from tocsin.domain.rights import is_admin
from tocsin.http.access import may_manage, require_manage
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.on_call import calendar_feeds
from tocsin.store.people import teams, user_list
from tocsin.store.people.teams import Member, Team
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)


@router.post("/teams/{team_id:uuid}/members")
async def put_member(request: Request, team_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Add a member, or give one another role."""
    require_manage(viewer, team_id)
    try:
        body = form.body(MemberBody, {"user_id": form.value("user"), "role": form.value("role", "member")})
        await _change(pool, viewer, team_id, body.user_id, [Member(body.user_id, body.role)])
    except FORM_ERRORS as error:
        wrong = form.wrong(error, {"user_id": "user"})
        return await team_page(request, viewer, team_id, status_of(error), member_form=wrong)
    return see_other(f"/teams/{team_id}", "Saved.")


@router.post("/teams/{team_id:uuid}/members/{user_id:uuid}/remove")
async def remove_member(team_id: UUID, user_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Take somebody out of the team."""
    require_manage(viewer, team_id)
    await _change(pool, viewer, team_id, user_id, [])
    return see_other(f"/teams/{team_id}", "Removed.")


async def _change(pool: Pool, viewer: Actor, team_id: UUID, user_id: UUID, now: Sequence[Member]) -> None:
    """Replace the user's membership of the team by ``now``."""
    async with acting(pool, viewer) as connection:
        team = await teams.lock(connection, team_id)
        others = [member for member in team.members if member.user_id != user_id]
        await teams.update(connection, team, replace(team.spec, members=[*others, *now]))


async def team_page(
    request: Request, viewer: Actor, team_id: UUID, status: int = 200, **besides: Form | Refusal
) -> Response:
    """One team; ``besides``: forms that are wrong, or why it cannot be deleted."""
    pool: Pool = request.app.state.pool
    team = await teams.get(pool, team_id)
    can_manage = may_manage(viewer, team_id)
    everybody = await user_list.choices(pool) if can_manage else {}
    inside = {member.user_id for member in team.members}
    shown: dict[str, Any] = {
        "form": Form.of(name=team.name),
        "member_form": Form.of(role="member"),
        "refused": None,
        **besides,
        "team": team,
        "members": await _named(pool, team),
        "others": {user_id: name for user_id, name in everybody.items() if user_id not in inside},
        "can_manage": can_manage,
        "feed": await calendar_feeds.find(pool, team_id) if can_manage else None,
        "can_delete": is_admin(viewer),
    }
    return await page(request, viewer, "teams/show.html.j2", status, **shown)


async def _named(pool: Pool, team: Team) -> Sequence[tuple[Member, str]]:
    """The members with their names, by name."""
    by_id = {member.user_id: member for member in team.members}
    return [(by_id[user_id], name) for user_id, name in (await user_list.names(pool, by_id)).items()]
