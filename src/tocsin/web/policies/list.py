"""Escalation policies by name, and whether they reach somebody."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Database
from tocsin.store.policies import configuration_checks, policy_list
from tocsin.web.kit.choices import id_of, team_choices
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 30


@router.get("/policies")
async def show_all(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Escalation policies by name."""
    form = Form(request.query_params.multi_items())
    found = await policy_list.page(pool, form.given("q"), id_of(form.value("team")), form.given("after"), _PAGE_SIZE)
    query = {name: form.value(name) for name in ("q", "team") if form.value(name)}
    values: dict[str, Any] = {
        "policies": found.items,
        "findings": await configuration_checks.by_policy(
            pool, [policy.id for policy in found.items], mails=await can_mail(request)
        ),
        "older": f"/policies?{urlencode({**query, 'after': found.next})}" if found.next else None,
        "first": f"/policies?{urlencode(query)}" if form.value("after") else None,
        "filter": form,
        "is_filtered": bool(query),
        "teams": await team_choices(pool, "Any team"),
    }
    return await page(request, viewer, "policies/list.html.j2", live="on-call", **values)
