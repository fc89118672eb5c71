"""The first run: from nothing to a first received page, one step after the other.

It keeps no state of its own: what is done is what there is, so it goes on wherever somebody left it, and shows as done
what was made elsewhere.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.notification_tests import Tester
from tocsin.api.policies import PolicyCreate
from tocsin.api.rotations import RotationCreate
from tocsin.api.services import ServiceCreate, require_policy
from tocsin.db.pool import Connection
from tocsin.domain.on_call.weekly_rule import WeeklyRuleTarget
from tocsin.errors import NotFound
from tocsin.http.access import require_act, require_edit
from tocsin.http.addresses import prepare_address_checks
from tocsin.http.auth import Config, Database
from tocsin.ingest.registry import DEFAULT_KEY_TYPE, formats
from tocsin.settings import Settings
from tocsin.store.actor import acting
from tocsin.store.instants import now
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.rotations import Rotation, RotationSpec
from tocsin.store.on_call.schedule_rules import ScheduleRuleSpec
from tocsin.store.on_call.schedules import ScheduleSpec
from tocsin.store.people import destinations
from tocsin.store.policies import policies
from tocsin.store.policies.policies import PolicySpec
from tocsin.store.services import integration_keys, services
from tocsin.store.services.services import ServiceSpec
from tocsin.web.kit import test_alerts
from tocsin.web.kit.contact_method_form import add_contact_method, see_secret, send_test
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import FORM_ERRORS, Form, Sent, status_of
from tocsin.web.kit.numbers import whole_number
from tocsin.web.kit.shown_once import see_once
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.start.setup_steps import SKIP_COOKIE, setup_page

router = APIRouter(include_in_schema=False, prefix="/setup", dependencies=[Depends(prepare_address_checks)])

_YEAR = 31_536_000
_KEY_NAME = "First key"
_TURNS_FIELDS = {"name": "turns_name", "type": "handoff", "participants": "user"}
_SERVICE_FIELDS = {"name": "service_name", "escalation_policy_id": "policy"}
_POLICY_FIELDS = {"name": "policy_name", "steps.0.targets.0.id": "first", "steps.0.delay_seconds": "minutes"}


@router.get("")
async def show(request: Request, viewer: Viewer, alert: str = "") -> Response:
    """The steps, the first that is not done open; and what became of a test alert."""
    return await setup_page(request, viewer, alert_id=whole_number(alert, digits=18))


@router.post("/skip")
async def skip(viewer: Viewer) -> Response:
    """Stop offering the first run on the home page."""
    answer = see_other("/", "Skipped. The first run stays at /setup.", "info")
    answer.set_cookie(SKIP_COOKIE, "yes", max_age=_YEAR, path="/", samesite="lax", httponly=True)
    return answer


@router.post("/reach")
async def add_own_contact_method(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make the viewer's first contact method, with its rules."""
    assert viewer.user_id is not None  # only people have sessions
    try:
        _, secret = await add_contact_method(pool, viewer, viewer.user_id, form)
    except FORM_ERRORS as error:
        return await setup_page(request, viewer, status_of(error), reach_form=form.wrong(error))
    if secret is None:
        return see_other("/setup", "Added. Send it a test page to be sure.")
    return see_secret(request, "/setup", form.value("type"), secret)


@router.post("/reach/{method_id:uuid}/test")
async def test_contact_method(
    request: Request, method_id: UUID, viewer: Viewer, pool: Database, tester: Tester
) -> Response:
    """Send a test page to one of the viewer's contact methods."""
    assert viewer.user_id is not None  # only people have sessions
    recipient = await destinations.of_contact_method(pool, viewer.user_id, method_id)
    return await setup_page(request, viewer, tested=(method_id, await send_test(tester, recipient, viewer)))


@router.post("/turns")
async def create_rotation(request: Request, viewer: Viewer, pool: Database, form: Sent, zone: ViewerZone) -> Response:
    """Make a rotation of several people, and a schedule around it if wanted."""
    require_edit(viewer, None)
    try:
        async with acting(pool, viewer) as connection:
            spec = _rotation(form, zone, await now(connection))
            rotation = await rotations.create(connection, spec)
            if form.has("schedule"):
                await schedules.create(connection, _schedule(rotation))
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _TURNS_FIELDS)
        return await setup_page(request, viewer, status_of(error), turns_form=wrong)
    return see_other("/setup", "Made. Now let a policy page whoever is on call.")


@router.post("/policy")
async def create_policy(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make a policy of one or two steps."""
    require_edit(viewer, None)
    try:
        body = form.body(PolicyCreate, _policy(form))
        steps = [step.spec() for step in body.steps]
        async with acting(pool, viewer) as connection:
            await policies.create(connection, PolicySpec(name=body.name, repeat=body.repeat, steps=steps))
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _POLICY_FIELDS)
        return await setup_page(request, viewer, status_of(error), policy_form=wrong)
    return see_other("/setup", "Made.")


@router.post("/service")
async def create_service(request: Request, viewer: Viewer, pool: Database, settings: Config, form: Sent) -> Response:
    """Make a service with a key, which is shown once."""
    require_edit(viewer, None)
    try:
        body = form.body(
            ServiceCreate, {"name": form.value("service_name"), "escalation_policy_id": form.value("policy")}
        )
        async with acting(pool, viewer) as connection:
            spec = ServiceSpec(name=body.name, escalation_policy_id=body.escalation_policy_id)
            await require_policy(connection, viewer, spec)
            made = await services.create(connection, spec)
            key_url = await _key(connection, settings, made.id)
    except FORM_ERRORS as error:
        wrong = form.wrong(error, _SERVICE_FIELDS)
        return await setup_page(request, viewer, status_of(error), service_form=wrong)
    return see_once(request, "/setup#service", key_url=key_url)


@router.post("/services/{service_id:uuid}/key")
async def create_key(request: Request, service_id: UUID, viewer: Viewer, pool: Database, settings: Config) -> Response:
    """Make another key of a service, which is shown once."""
    async with acting(pool, viewer) as connection:
        require_edit(viewer, (await services.lock(connection, service_id)).team_id)
        key_url = await _key(connection, settings, service_id)
    return see_once(request, "/setup#service", key_url=key_url)


@router.post("/test")
async def raise_test_alert(viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Raise a test alert on a service, and show what becomes of it."""
    service_id = _chosen(form)
    require_act(viewer, (await services.get(pool, service_id)).team_id)
    number = await test_alerts.raise_test_alert(pool, viewer, service_id, form)
    return see_other(f"/setup?alert={number}#test")


def _chosen(form: Form) -> UUID:
    """The service of the form. Raises NotFound for what is no id."""
    try:
        return UUID(form.value("service"))
    except ValueError:
        raise NotFound("no such service") from None


def _rotation(form: Form, zone: ZoneInfo, moment: datetime) -> RotationSpec:
    """The rotation that the form wants, handing off at its hour, on Mondays if weekly. Raises InvalidInput."""
    values: dict[str, Any] = {
        "name": form.value("turns_name"),
        "type": form.value("handoff"),
        "time_zone": str(zone),
        "participants": list(form.values("user")),
        "start_at": first_handoff(moment, zone, int(form.value("hour"))) if _is_hour(form.value("hour")) else "",
    }
    return RotationSpec(**dict(form.body(RotationCreate, values)))


def first_handoff(moment: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The Monday before or at the moment's day where the zone is, at that hour."""
    monday = moment.astimezone(zone).date()
    monday -= timedelta(days=monday.weekday())
    return datetime.combine(monday, time(hour), zone)


def _is_hour(text: str) -> bool:
    hour = whole_number(text, digits=2)
    return hour is not None and hour < 24


def _schedule(rotation: Rotation) -> ScheduleSpec:
    """A schedule by which the rotation is always on call."""
    always = ScheduleRuleSpec(
        target=WeeklyRuleTarget("rotation", rotation.id), weekdays=range(7), start=time(0), end=time(0)
    )
    return ScheduleSpec(name=rotation.name, time_zone=rotation.time_zone, rules=[always])


def _policy(form: Form) -> dict[str, Any]:
    minutes = whole_number(form.value("minutes"))
    delay = form.value("minutes") if minutes is None else minutes * 60
    wanted = [form.value("first"), *([form.value("second")] if form.given("second") else [])]
    return {
        "name": form.value("policy_name"),
        "repeat": whole_number(form.value("repeat")),
        "steps": [{"delay_seconds": delay, "targets": [_target(one)]} for one in wanted],
    }


def _target(chosen: str) -> dict[str, str]:
    kind, _, target_id = chosen.partition(":")
    return {"type": kind, "id": target_id}


async def _key(connection: Connection, settings: Settings, service_id: UUID) -> str:
    """The address that a new key lets alerts in by."""
    _, token = await integration_keys.create(connection, service_id, _KEY_NAME, DEFAULT_KEY_TYPE)
    return formats()[DEFAULT_KEY_TYPE].url(settings, token)
