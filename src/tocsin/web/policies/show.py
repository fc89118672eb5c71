"""Escalation policies: which there are and whether they reach somebody, and one of them as a ladder."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import InvalidInput
from tocsin.http.access import may_edit
from tocsin.http.auth import Database
from tocsin.store.actor import Actor
from tocsin.store.alerts import forecast
from tocsin.store.policies import configuration_checks, policies, policy_list, policy_steps
from tocsin.web.kit.choices import id_of, team_choices
from tocsin.web.kit.forecast_text import foretell
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.policy_steps import rungs
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.wall_times import instant_of
from tocsin.web.policies.plans import plan_of

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 30
_MOST_SERVICES = 60
_MOST_FORETOLD = 16


@router.get("/policies")
async def show(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Escalation policies by name."""
    form = Form(request.query_params.multi_items())
    found = await policy_list.page(pool, form.given("q"), id_of(form.value("team")), form.given("after"), _PAGE_SIZE)
    query = {name: form.value(name) for name in ("q", "team") if form.value(name)}
    values: dict[str, Any] = {
        "policies": found.items,
        "findings": await configuration_checks.by_policy(
            pool, [one.id for one in found.items], mails=await can_mail(request)
        ),
        "older": f"/policies?{urlencode({**query, 'after': found.next})}" if found.next else None,
        "first": f"/policies?{urlencode(query)}" if form.value("after") else None,
        "filter": form,
        "is_filtered": bool(query),
        "teams": await team_choices(pool, "Any team"),
    }
    return await page(request, viewer, "policies/list.html.j2", live="on-call", **values)


@router.get("/policies/{policy_id:uuid}")
async def show_one(request: Request, policy_id: UUID, viewer: Viewer, zone: ViewerZone) -> Response:
    """One policy, and what it would do now or at a chosen time."""
    form = Form(request.query_params.multi_items())
    try:
        at = instant_of(form, "at", zone) if form.value("at") else None
        return await answer(request, viewer, policy_id, at=at, at_form=form)
    except InvalidInput as error:
        return await answer(request, viewer, policy_id, at_form=form.wrong(error))


async def answer(
    request: Request, viewer: Actor, policy_id: UUID, status: int = 200, *, refused: Refusal | None = None, **at: Any
) -> Response:
    """One policy's page; ``at`` and ``at_form`` choose the forecast's time."""
    pool: Pool = request.app.state.pool
    row, policy = await policy_list.get(pool, policy_id), await policies.get(pool, policy_id)
    plan = plan_of(policy.spec, policy_id)
    shown: dict[str, Any] = {
        "at_form": Form.of(),
        **at,
        "policy": row,
        "rungs": rungs(row.steps, await policy_steps.names_of_targets(pool, row.steps)),
        "findings": await configuration_checks.of_plan(pool, policy.name, plan, mails=await can_mail(request)),
        "services": await policy_list.services(pool, policy_id, _MOST_SERVICES),
        "foretold": foretell(await forecast.of_plan(pool, policy.name, plan, at.get("at")), _MOST_FORETOLD),
        "can_edit": may_edit(viewer, row.team_id),
        "refused": refused,
    }
    return await page(request, viewer, "policies/show.html.j2", status, live="on-call", **shown)
