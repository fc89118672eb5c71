"""Making, changing and deleting services."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.services import ServiceCreate, require_policy
from tocsin.db.pool import Connection
from tocsin.store.services import services
from tocsin.store.services.services import OPEN_ALERT_LIMIT, Service, ServiceSpec
from tocsin.web.kit.choices import id_of, owner_choices, policy_choices
from tocsin.web.kit.durations import USUAL_UNIT, seconds_of, split
from tocsin.web.kit.edit import Edit, permit_own
from tocsin.web.kit.editor import Editor
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.services.show import service_page

router = APIRouter(include_in_schema=False)

_NAMES = {
    "escalation_policy_id": "policy",
    "team_id": "team",
    "ack_timeout_seconds": "ack_timeout",
    "auto_close_seconds": "auto_close",
    "flap_within_seconds": "flap_within",
    "maintenance_exceptions": "exceptions",
}
_MOST_EXCEPTIONS = 100
_DAYS = "86400"


async def _blank(edit: Edit[Service]) -> Form:
    """A new service, with the policy that the address names where the viewer may choose it."""
    wanted = edit.request.query_params.get("policy")
    may_choose = dict(await policy_choices(edit.pool, edit.viewer, None))
    return Form.of(
        policy=wanted if wanted in may_choose else None,
        ack_unit=USUAL_UNIT,
        close_unit=_DAYS,
        flap_within=10,
        open_alert_limit=OPEN_ALERT_LIMIT,
    )


async def _permit(connection: Connection, edit: Edit[Service], spec: ServiceSpec | None) -> None:
    await permit_own(connection, edit, spec)
    if spec is not None:
        await require_policy(connection, edit.viewer, spec, edit.stored)


def _values(form: Form) -> Mapping[str, Any]:
    """The form as the API's model takes it."""
    timeout, auto_close = form.given("ack_timeout"), form.given("auto_close")
    return {
        "name": form.value("name"),
        "description": form.value("description"),
        "escalation_policy_id": form.value("policy"),
        "team_id": form.given("team"),
        "ack_timeout_seconds": seconds_of(timeout, form.value("ack_unit")) if timeout else None,
        "auto_close_seconds": seconds_of(auto_close, form.value("close_unit")) if auto_close else None,
        "flap_count": form.given("flap_count"),
        "flap_within_seconds": seconds_of(form.value("flap_within", "10"), USUAL_UNIT),
        "open_alert_limit": form.given("open_alert_limit"),
        "maintenance_exceptions": [line for line in form.value("exceptions").splitlines() if line.strip()],
    }


def _spec_of(edit: Edit[Service]) -> ServiceSpec:
    """What the form sets of a service: all but its maintenance."""
    body = edit.form.body(ServiceCreate, _values(edit.form))
    settings: dict[str, Any] = {
        "name": body.name,
        "description": body.description,
        "escalation_policy_id": body.escalation_policy_id,
        "team_id": body.team_id,
        "ack_timeout": body.ack_timeout_seconds,
        "auto_close_after": body.auto_close_seconds,
        "flap_count": body.flap_count,
        "flap_within": body.flap_within_seconds,
        "open_alert_limit": body.open_alert_limit,
        "maintenance_exceptions": body.maintenance_exceptions,
    }
    return replace(edit.stored.spec, **settings) if edit.stored else ServiceSpec(**settings)


def _edited(service: Service) -> ServiceSpec:
    """The fields of the service that the form edits: a maintenance that begins meanwhile is no conflict."""
    return replace(service.spec, maintenance_expires_at=None)


async def _form_of(edit: Edit[Service]) -> Form:
    service = edit.existing
    number, unit = split(service.ack_timeout) if service.ack_timeout else ("", USUAL_UNIT)
    close_number, close_unit = split(service.auto_close_after) if service.auto_close_after else ("", _DAYS)
    return Form.of(
        name=service.name,
        description=service.description,
        policy=service.escalation_policy_id,
        team=service.team_id,
        ack_timeout=number,
        ack_unit=unit,
        auto_close=close_number,
        close_unit=close_unit,
        flap_count=service.flap_count,
        flap_within=f"{service.flap_within.total_seconds() / 60:g}",
        open_alert_limit=service.open_alert_limit,
        exceptions="\n".join(service.maintenance_exceptions),
    )


async def _wrong(edit: Edit[Service], error: Exception) -> Form:
    one_each = {f"maintenance_exceptions.{number}": "exceptions" for number in range(_MOST_EXCEPTIONS + 1)}
    return edit.form.wrong(error, {**_NAMES, **one_each})


async def _page(edit: Edit[Service], status: int) -> Response:
    form, service = edit.form, edit.stored
    chosen = [service.escalation_policy_id if service else None, id_of(form.value("policy"))]
    shown: dict[str, Any] = {
        "form": form,
        "service": service,
        "policies": await policy_choices(edit.pool, edit.viewer, id_of(form.value("team")), chosen),
        "teams": await owner_choices(edit.pool, edit.viewer, service, form.value("team")),
    }
    return await page(edit.request, edit.viewer, "services/edit.html.j2", status, **shown)


def _made(_edit: Edit[Service], service: Service) -> Response:
    """Redirect to the new service's keys."""
    return see_other(f"/services/{service.id}#keys", "Made. Now make a key for what sends its alerts.")


Editor[Service, ServiceSpec](
    path="/services/{service_id:uuid}",
    store=services,
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    permit=_permit,
    wrong=_wrong,
    compared=_edited,
    made=_made,
    refused=lambda edit, refused: service_page(edit.request, edit.viewer, edit.existing.id, 409, refused=refused),
).add_to(router)
