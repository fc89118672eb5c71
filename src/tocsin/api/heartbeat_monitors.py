"""Heartbeat monitors of a service: what runs regularly pings them, and their silence raises an alert."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StrictBool, WithJsonSchema

from tocsin.db.pool import Connection
from tocsin.domain.heartbeats.decide import ShownStatus
from tocsin.domain.severity import DEFAULT, Severity
from tocsin.http.access import require_edit
from tocsin.http.auth import Config, Database, Reader, Writer
from tocsin.http.fields import Body, Name, PositiveSeconds, Read, Seconds, TimeZone, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.ingest.heartbeats.pings import url_of
from tocsin.store.actor import Actor, acting
from tocsin.store.heartbeats import monitors
from tocsin.store.heartbeats.monitors import Monitor, MonitorSpec
from tocsin.store.services import services

router = APIRouter(prefix="/services/{service_id}/heartbeat-monitors", tags=["heartbeat monitors"])

_EXAMPLE = {"name": "Nightly backup", "cron": "30 2 * * *", "time_zone": "Europe/Berlin", "grace_seconds": 1800}

Cron: TypeAlias = Annotated[str, Field(min_length=9, max_length=200, examples=["30 2 * * *"])]
Timeout: TypeAlias = Annotated[
    PositiveSeconds, Field(ge=timedelta(seconds=1)), WithJsonSchema({"type": "number", "minimum": 1})
]

_TIMEOUT = "how long after the last ping the next one is expected; null: cron says when"
_CRON = "five fields, as of Debian's cron; null: timeout_seconds says when a ping is expected"
_ZONE = "cron goes by the clocks there"
_GRACE = "how much later than expected a ping may come"
_RUN_LIMIT = "how long a run may take that has said it starts; null: as long as its next ping may"
_MUTED = "it goes down without an alert"
_PAUSED = "it is not watched, and its alert is closed; one that is resumed counts from then on"


class HeartbeatMonitorCreate(Body):
    """A new heartbeat monitor, with either ``timeout_seconds`` or ``cron``."""

    model_config = example(_EXAMPLE)

    name: Name
    timeout_seconds: Timeout | None = Field(None, description=_TIMEOUT)
    cron: Cron | None = Field(None, description=_CRON)
    time_zone: TimeZone = Field("UTC", description=_ZONE)
    grace_seconds: Seconds = Field(timedelta(0), description=_GRACE)
    run_limit_seconds: Timeout | None = Field(None, description=_RUN_LIMIT)
    severity: Severity = Field(DEFAULT, description="of its alert")
    muted: StrictBool = Field(False, description=_MUTED)
    paused: StrictBool = Field(False, description=_PAUSED)
    armed: StrictBool = Field(False, description="it counts from now, and not from its first ping")


class HeartbeatMonitorPatch(Body):
    """What to change of a heartbeat monitor; what is left out stays."""

    model_config = example({"muted": True})

    name: Name = optional()
    timeout_seconds: Timeout | None = optional(description=_TIMEOUT)
    cron: Cron | None = optional(description=_CRON)
    time_zone: TimeZone = optional(description=_ZONE)
    grace_seconds: Seconds = optional(description=_GRACE)
    run_limit_seconds: Timeout | None = optional(description=_RUN_LIMIT)
    severity: Severity = optional(description="of its next alert")
    muted: StrictBool = optional(description=_MUTED)
    paused: StrictBool = optional(description=_PAUSED)


class HeartbeatMonitorRead(Read):
    """A heartbeat monitor, without its address."""

    id: UUID
    service_id: UUID
    name: str
    timeout_seconds: PositiveSeconds | None
    cron: str | None
    time_zone: str
    grace_seconds: Seconds
    run_limit_seconds: PositiveSeconds | None
    severity: Severity
    muted: bool
    paused: bool
    status: ShownStatus = Field(description="late: its ping is overdue, and its grace not over")
    since: UtcDatetime = Field(description="since when it is inactive, up, down or paused")
    reason: str = Field(description="why it is so")
    expected_at: UtcDatetime | None = Field(description="when its next ping is expected")
    deadline_at: UtcDatetime | None = Field(description="when it is down unless one comes")
    running_since: UtcDatetime | None = Field(description="since when a run is under way")
    last_ping_at: UtcDatetime | None
    last_ok_at: UtcDatetime | None
    pings: int
    alert_id: int | None = Field(description="the alert that was raised because it is down")
    created_at: UtcDatetime


class HeartbeatMonitorCreated(HeartbeatMonitorRead):
    """A heartbeat monitor and the address that its pings go to, which is shown only now."""

    url: str


@router.post("", status_code=201, summary="Create a heartbeat monitor")
async def create_heartbeat_monitor(  # noqa: PLR0913, PLR0917 - FastAPI passes them by name
    service_id: UUID, body: HeartbeatMonitorCreate, actor: Writer, pool: Database, settings: Config, response: Response
) -> HeartbeatMonitorCreated:
    async with acting(pool, actor) as connection:
        await _lock_service(connection, actor, service_id)
        spec = spec_of(body)
        monitor, secret = await monitors.create(connection, service_id, spec, armed=body.armed)
    response.headers["Location"] = f"/api/v1/services/{service_id}/heartbeat-monitors/{monitor.id}"
    return HeartbeatMonitorCreated(**dict(_read(monitor)), url=url_of(settings.base_url, secret))


@router.get("", summary="List a service's heartbeat monitors")
async def list_heartbeat_monitors(
    service_id: UUID, _actor: Reader, pool: Database, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ListPage[HeartbeatMonitorRead]:
    await services.get(pool, service_id)
    found = await monitors.page(pool, service_id, position_after(cursor), limit)
    return ListPage(items=[_read(monitor) for monitor in found.items], next_cursor=cursor_at(found.next))


@router.get("/{monitor_id}", summary="Show a heartbeat monitor")
async def get_heartbeat_monitor(
    service_id: UUID, monitor_id: UUID, _actor: Reader, pool: Database
) -> HeartbeatMonitorRead:
    return _read(await monitors.get(pool, service_id, monitor_id))


@router.patch("/{monitor_id}", summary="Change, mute, pause or resume a heartbeat monitor")
async def patch_heartbeat_monitor(
    service_id: UUID, monitor_id: UUID, body: HeartbeatMonitorPatch, actor: Writer, pool: Database
) -> HeartbeatMonitorRead:
    async with acting(pool, actor) as connection:
        await _lock_service(connection, actor, service_id)
        stored = await monitors.get(connection, service_id, monitor_id)
        changed = await monitors.update(connection, stored, replace(stored.spec, **_columns(body.given())))
    return _read(changed)


@router.delete("/{monitor_id}", status_code=204, summary="Delete a heartbeat monitor; its alert is closed")
async def delete_heartbeat_monitor(service_id: UUID, monitor_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await _lock_service(connection, actor, service_id)
        await monitors.delete(connection, service_id, monitor_id)


@router.post("/{monitor_id}/arm", summary="Count from now, as if a ping had come")
async def arm_heartbeat_monitor(
    service_id: UUID, monitor_id: UUID, actor: Writer, pool: Database
) -> HeartbeatMonitorRead:
    async with acting(pool, actor) as connection:
        await _lock_service(connection, actor, service_id)
        return _read(await monitors.arm(connection, service_id, monitor_id))


@router.post("/{monitor_id}/renew-url", summary="Make a new address; the former one is unknown from then on")
async def renew_heartbeat_monitor_url(
    service_id: UUID, monitor_id: UUID, actor: Writer, pool: Database, settings: Config
) -> HeartbeatMonitorCreated:
    async with acting(pool, actor) as connection:
        await _lock_service(connection, actor, service_id)
        monitor, secret = await monitors.renew_secret(connection, service_id, monitor_id)
    return HeartbeatMonitorCreated(**dict(_read(monitor)), url=url_of(settings.base_url, secret))


def spec_of(body: HeartbeatMonitorCreate) -> MonitorSpec:
    """What the body sets of a monitor."""
    return MonitorSpec(**_columns({name: value for name, value in dict(body).items() if name != "armed"}))


def _read(monitor: Monitor) -> HeartbeatMonitorRead:
    snapshot, due = monitor.snapshot, monitor.deadline
    state = snapshot.state
    spec = {f"{name}_seconds": getattr(monitor.spec, name) for name in ("timeout", "grace", "run_limit")}
    return HeartbeatMonitorRead(
        id=monitor.id,
        service_id=monitor.service_id,
        name=monitor.name,
        cron=snapshot.expectation.cron,
        time_zone=snapshot.expectation.time_zone,
        severity=monitor.severity,
        muted=snapshot.muted,
        paused=snapshot.paused,
        status=monitor.status,
        since=state.since,
        reason=state.reason,
        expected_at=due.expected_at if due else None,
        deadline_at=due.at if due else None,
        running_since=snapshot.pings.run,
        last_ping_at=monitor.last_ping_at,
        last_ok_at=snapshot.pings.last_ok_at,
        pings=monitor.pings,
        alert_id=state.alert_id,
        created_at=monitor.created_at,
        **spec,
    )


async def _lock_service(connection: Connection, actor: Actor, service_id: UUID) -> None:
    service = await services.lock(connection, service_id)
    require_edit(actor, service.team_id)


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields by the names that the store has for them."""
    return {name.removesuffix("_seconds"): value for name, value in fields.items()}
