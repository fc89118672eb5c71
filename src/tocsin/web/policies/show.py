"""One escalation policy: its steps, what is wrong with it, and what it would do now or at a chosen time."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import InvalidInput
from tocsin.http.access import may_edit
from tocsin.store.actor import Actor
from tocsin.store.alerts import forecast
from tocsin.store.policies import configuration_checks, policies, policy_list, policy_steps
from tocsin.web.kit.forecast_text import forecast_text
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.refusals import Refusal
from tocsin.web.kit.render import page
from tocsin.web.kit.step_rows import step_rows
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.kit.wall_times import instant_of
from tocsin.web.policies.preview import definition_of

router = APIRouter(include_in_schema=False)

_MOST_SERVICES = 60
_MOST_FORECAST = 16


@router.get("/policies/{policy_id:uuid}")
async def show(request: Request, policy_id: UUID, viewer: Viewer, zone: ViewerZone) -> Response:
    """Show a policy's page, with the forecast of an alert that comes in now or at a chosen time."""
    form = Form(request.query_params.multi_items())
    try:
        at = instant_of(form, "at", zone) if form.value("at") else None
        return await policy_page(request, viewer, policy_id, at=at, at_form=form)
    except InvalidInput as error:
        return await policy_page(request, viewer, policy_id, at_form=form.wrong(error))


async def policy_page(
    request: Request, viewer: Actor, policy_id: UUID, status: int = 200, *, refused: Refusal | None = None, **at: Any
) -> Response:
    """One policy's page; ``at`` and ``at_form`` choose the forecast's time."""
    pool: Pool = request.app.state.pool
    row, policy = await policy_list.get(pool, policy_id), await policies.get(pool, policy_id)
    definition = definition_of(policy.spec, policy_id)
    shown: dict[str, Any] = {
        "at_form": Form.of(),
        **at,
        "policy": row,
        "step_rows": step_rows(row.steps, await policy_steps.names_of_targets(pool, row.steps)),
        "findings": await configuration_checks.of_definition(
            pool, policy.name, definition, mails=await can_mail(request)
        ),
        "services": await policy_list.services(pool, policy_id, _MOST_SERVICES),
        "forecast": forecast_text(
            await forecast.of_definition(pool, policy.name, definition, at.get("at")), _MOST_FORECAST
        ),
        "can_edit": may_edit(viewer, row.team_id),
        "refused": refused,
    }
    return await page(request, viewer, "policies/show.html.j2", status, live="on-call", **shown)
