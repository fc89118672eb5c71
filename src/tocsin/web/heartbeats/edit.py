"""Making, changing and deleting heartbeat monitors."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.heartbeat_monitors import HeartbeatMonitorCreate, spec_of
from tocsin.db.pool import Connection
from tocsin.http.access import require_edit
from tocsin.ingest.heartbeats.pings import url_of
from tocsin.store.heartbeats import monitors
from tocsin.store.heartbeats.monitors import Monitor, MonitorSpec
from tocsin.store.services import services
from tocsin.web.kit.durations import USUAL_UNIT, seconds_of, split
from tocsin.web.kit.edit import Edit, open_to_all
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.shown_once import see_once
from tocsin.web.kit.zone import zone_of

router = APIRouter(include_in_schema=False)

PATH = "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}"

_LENGTHS = ("timeout", "grace", "run_limit")
_NAMES = {f"{name}_seconds": name for name in _LENGTHS}


async def _blank(edit: Edit[Monitor]) -> Form:
    await _require_edit(edit)
    return Form.of(
        by="timeout",
        **_length("timeout", timedelta(hours=1)),
        **_length("grace", timedelta(minutes=5)),
        run_limit_unit=USUAL_UNIT,
        time_zone=zone_of(edit.request).key,
        severity="critical",
    )


async def _form_of(edit: Edit[Monitor]) -> Form:
    await _require_edit(edit)
    spec = edit.existing.spec
    return Form.of(
        name=spec.name,
        by="cron" if spec.cron else "timeout",
        cron=spec.cron,
        time_zone=spec.time_zone,
        severity=spec.severity,
        **_length("timeout", spec.timeout),
        **_length("grace", spec.grace),
        **_length("run_limit", spec.run_limit),
    )


async def _require_edit(edit: Edit[Monitor]) -> None:
    require_edit(edit.viewer, (await services.get(edit.pool, edit.ids[0])).team_id)


def _length(name: str, length: timedelta | None) -> Mapping[str, str]:
    """The two fields of a duration."""
    number, unit = split(length) if length is not None else ("", USUAL_UNIT)
    return {name: number, f"{name}_unit": unit}


def _spec_of(edit: Edit[Monitor]) -> MonitorSpec:
    """What the form sets of a monitor: all but whether it is paused or muted. Raises InvalidInput."""
    form, stored = edit.form, edit.stored
    by_cron = form.value("by") == "cron"
    values = {
        "name": form.value("name"),
        "timeout_seconds": None if by_cron else _seconds(form, "timeout"),
        "cron": form.given("cron") if by_cron else None,
        "time_zone": form.value("time_zone") or "UTC",
        "grace_seconds": _seconds(form, "grace") or 0,
        "run_limit_seconds": _seconds(form, "run_limit"),
        "severity": form.value("severity"),
        "muted": stored.snapshot.muted if stored else False,
        "paused": stored.snapshot.paused if stored else False,
    }
    return spec_of(form.body(HeartbeatMonitorCreate, values))


def _seconds(form: Form, name: str) -> float | str | None:
    number = form.given(name)
    return seconds_of(number, form.value(f"{name}_unit")) if number else None


async def _wrong(edit: Edit[Monitor], error: Exception) -> Form:
    return edit.form.wrong(error, _NAMES)


async def _permit(connection: Connection, edit: Edit[Monitor], _spec: MonitorSpec | None) -> None:
    require_edit(edit.viewer, (await services.lock(connection, edit.ids[0])).team_id)


async def _lock(connection: Connection, service_id: UUID, monitor_id: UUID) -> Monitor:
    await services.lock(connection, service_id)
    return await monitors.get(connection, service_id, monitor_id)


async def _create(connection: Connection, service_id: UUID, spec: MonitorSpec) -> tuple[Monitor, str]:
    return await monitors.create(connection, service_id, spec)


def _made(edit: Edit[Monitor], made: tuple[Monitor, str]) -> Response:
    """The monitor's page, which shows its address once."""
    monitor, secret = made
    url = url_of(edit.request.app.state.settings.base_url, secret)
    return see_once(edit.request, f"/services/{monitor.service_id}/heartbeats/{monitor.id}", url=url)


async def _page(edit: Edit[Monitor], status: int) -> Response:
    shown: dict[str, Any] = {
        "service": await services.get(edit.pool, edit.ids[0]),
        "monitor": edit.stored,
        "form": edit.form,
    }
    return await page(edit.request, edit.viewer, "heartbeats/edit.html.j2", status, **shown)


async def _leads_to(edit: Edit[Monitor], monitor: Monitor) -> str:
    """The monitor's page; its service's once it is deleted."""
    is_deleted = edit.request.url.path.endswith("/delete")
    here = f"/services/{monitor.service_id}"
    return f"{here}#heartbeats" if is_deleted else f"{here}/heartbeats/{monitor.id}"


Editor[Monitor, MonitorSpec](
    path=PATH,
    store=Functions(create=_create, get=monitors.get, lock=_lock, update=monitors.update, delete=monitors.delete),
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    open=open_to_all,
    permit=_permit,
    wrong=_wrong,
    made=_made,
    leads_to=_leads_to,
).add_to(router)
