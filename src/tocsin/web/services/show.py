"""One service: its open alerts, its keys, its policy, and the maintenance that holds its alerts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.domain.checks import Finding
from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.maintenance import Window as Planned
from tocsin.domain.maintenance import windows_at
from tocsin.http.access import may_act, may_edit, require_act
from tocsin.http.auth import Database
from tocsin.ingest.registry import formats
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import alert_list, forecast, suppressed_alerts
from tocsin.store.alerts.alert_list import AlertFilter
from tocsin.store.heartbeats import monitors
from tocsin.store.instants import now
from tocsin.store.payloads import quarantine
from tocsin.store.policies import configuration_checks, policies, policy_steps
from tocsin.store.services import (
    changes,
    favourites,
    integration_keys,
    maintenance_windows,
    routing_rules,
    service_list,
    services,
)
from tocsin.store.services.maintenance_windows import MaintenanceWindow
from tocsin.store.services.service_list import ServiceRow
from tocsin.web.kit import test_alerts
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forecast_text import forecast_text
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.navigation import our_path
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.step_rows import step_rows
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.services.key_choices import key_choices

_OPEN: Sequence[AlertStatus] = ("triggered", "acknowledged")
_MOST_ALERTS = 10
_MOST_KEYS = 100
_MOST_MONITORS = 100
_MOST_WINDOWS = 100
_MOST_FORECAST = 8
_MOST_CHANGES = 20
_MOST_SUPPRESSED = 10


@dataclass(frozen=True, slots=True)
class ComingMaintenance:
    """A planned maintenance that is not over: whether it runs now, and when that changes next."""

    window: MaintenanceWindow
    runs: bool
    changes_at: datetime | None

    @property
    def weekly_time(self) -> str:
        """When a weekly one comes, by the clocks of its zone: Sat 22:00 to Sun 02:00."""
        zone = ZoneInfo(self.window.time_zone)
        start, end = self.window.start_at.astimezone(zone), self.window.end_at.astimezone(zone)
        return (
            f"{start:%a %H:%M} to {end:%H:%M}" if start.date() == end.date() else f"{start:%a %H:%M} to {end:%a %H:%M}"
        )


async def service_page(
    request: Request, viewer: Actor, service_id: UUID, status: int = 200, **besides: object
) -> Response:
    """One service's page; ``besides`` are forms that are wrong, or why something was refused."""
    pool: Pool = request.app.state.pool
    current_state = await _current_state(pool, viewer, service_id)
    rest = {} if fragment_of(request) == "current-state" else await _rest(request, viewer, current_state)
    shown: dict[str, Any] = {**current_state, **rest, **_forms(zone_of(request)), **besides}
    return await page(request, viewer, "services/show.html.j2", status, live="alerts on-call", **shown)


def _forms(zone: ZoneInfo) -> dict[str, Any]:
    return {"window_form": Form.of(zone=zone.key), "key_form": Form.of(), "held_form": Form.of(), "refused": None}


async def _current_state(pool: Pool, viewer: Actor, service_id: UUID) -> dict[str, Any]:
    """The service with its state, and its open alerts."""
    service = await service_list.get(pool, service_id)
    found = await alert_list.by_urgency(pool, AlertFilter(statuses=_OPEN, service_id=service_id), None, _MOST_ALERTS)
    moment = await now(pool)
    return {
        "service": service,
        "alerts": found.items,
        "more_alerts": found.next is not None,
        "by_hand_until": _future((await services.get(pool, service_id)).maintenance_expires_at, moment),
        "can_edit": may_edit(viewer, service.team_id),
        "now": moment,
    }


async def _rest(request: Request, viewer: Actor, current_state: dict[str, Any]) -> dict[str, Any]:
    """The rest of the page: the service's keys, the steps and the forecast of its policy, and its maintenance."""
    pool: Pool = request.app.state.pool
    service: ServiceRow = current_state["service"]
    service_id, service_settings = service.id, await services.get(pool, service.id)
    policy = await policies.get(pool, service.policy_id)
    keys = await integration_keys.page(pool, service_id, None, _MOST_KEYS)
    return {
        "service_settings": service_settings,
        "policy": policy,
        "step_rows": step_rows(policy.steps, await policy_steps.names_of_targets(pool, policy.steps)),
        "findings": await _findings(pool, service, mails=await can_mail(request)),
        "forecast": forecast_text(await forecast.of_service(pool, service_id, None), _MOST_FORECAST),
        "monitors": (await monitors.page(pool, service_id, None, _MOST_MONITORS)).items,
        "keys": keys.items,
        "changes": await changes.newest(pool, service_id, _MOST_CHANGES),
        "quarantines": await quarantine.waiting(pool, service_id),
        "suppressed": await suppressed_alerts.newest(pool, service_id, _MOST_SUPPRESSED),
        "suppressed_messages": await suppressed_alerts.count(pool, service_id),
        "rule_counts": await routing_rules.counts(pool, service_id),
        "key_formats": formats(),
        "key_choices": key_choices(request.app.state.settings),
        "windows": await _coming(pool, service_id, current_state["now"]),
        "can_act": may_act(viewer, service.team_id),
        "is_favourite": viewer.user_id is not None and service_id in await favourites.of_user(pool, viewer.user_id),
    }


async def _findings(pool: Pool, service: ServiceRow, *, mails: bool) -> Sequence[Finding]:
    return (await configuration_checks.by_policy(pool, [service.policy_id], mails=mails)).get(service.policy_id, ())


async def _coming(pool: Pool, service_id: UUID, moment: datetime) -> Sequence[ComingMaintenance]:
    """The planned maintenance that is not over, the one that runs or comes next first."""
    found = await maintenance_windows.coming(pool, service_id, _MOST_WINDOWS)
    coming = [_at(_readable(window), moment) for window in found]
    return sorted(coming, key=lambda one: (not one.runs, one.changes_at or one.window.start_at))


def _at(window: MaintenanceWindow, moment: datetime) -> ComingMaintenance:
    planned = Planned(window.start_at, window.end_at, window.weekly, ZoneInfo(window.time_zone))
    found = windows_at([planned], moment)
    return ComingMaintenance(window, found.ends_at is not None, found.next_change)


def _readable(window: MaintenanceWindow) -> MaintenanceWindow:
    """The window; in UTC where its zone is none that anybody knows, as SQL may have written it."""
    try:
        ZoneInfo(window.time_zone)
    except (ValueError, LookupError, OSError):
        return replace(window, time_zone="UTC")
    return window


def _future(at: datetime | None, moment: datetime) -> datetime | None:
    return at if at is not None and at > moment else None


router = APIRouter(include_in_schema=False)


@router.get("/services/{service_id:uuid}")
async def show(request: Request, service_id: UUID, viewer: Viewer) -> Response:
    """Show a service's page."""
    return await service_page(request, viewer, service_id)


@router.post("/services/{service_id:uuid}/test")
async def test(service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Raise a test alert, which pages as any other, and go to it."""
    service = await service_list.get(pool, service_id)
    require_act(viewer, service.team_id)
    alert_id = await test_alerts.raise_test_alert(pool, viewer, service_id, form)
    return see_other(f"/alerts/{alert_id}", "This is your test alert. Close it when you have seen enough.")


@router.post("/services/{service_id:uuid}/favourite")
async def favour(service_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Make the service a favourite of the viewer's, or none any longer."""
    assert viewer.user_id is not None  # only people have sessions
    change = favourites.remove if form.value("favourite") == "no" else favourites.add
    async with acting(pool, viewer) as connection:
        await change(connection, viewer.user_id, service_id)
    return see_other(our_path(form.value("back", f"/services/{service_id}")))
