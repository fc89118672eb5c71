"""Heartbeat monitors of a service: what is expected of each, and its status."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import heartbeat_key
from tocsin.domain.heartbeats.decide import Deadline, HeartbeatDecision, MonitorSnapshot, ShownStatus, decide
from tocsin.domain.heartbeats.expectation import Expectation
from tocsin.domain.severity import DEFAULT, Severity
from tocsin.errors import FieldError, NotFound
from tocsin.store.actor import Actor
from tocsin.store.alerts import actions, new_alert
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.random_secrets import digest, new_heartbeat_secret
from tocsin.store.references import require_none
from tocsin.store.row_mapping import from_row, monitor_snapshot

_sql = Statements(__package__, "monitors.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSpec:
    """What can be set of a monitor. Either ``timeout`` or ``cron`` says when a ping is expected."""

    name: str
    timeout: timedelta | None = None
    cron: str | None = None
    time_zone: str = "UTC"
    grace: timedelta = timedelta(0)
    run_limit: timedelta | None = None
    severity: Severity = DEFAULT
    muted: bool = False
    paused: bool = False

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its row, in the order in which the statements take them."""
        expected = (self.timeout, self.cron, self.time_zone, self.grace, self.run_limit)
        return (self.name, *expected, self.severity, self.muted, self.paused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A monitor as of one moment."""

    id: UUID
    service_id: UUID
    name: str
    severity: Severity
    snapshot: MonitorSnapshot
    pings: int
    last_ping_at: datetime | None
    exit_code: int | None
    created_at: datetime
    now: datetime

    @property
    def spec(self) -> MonitorSpec:
        expected = self.snapshot.expectation
        return MonitorSpec(
            name=self.name,
            timeout=expected.timeout,
            cron=expected.cron,
            time_zone=expected.time_zone,
            grace=expected.grace,
            run_limit=expected.run_limit,
            severity=self.severity,
            muted=self.snapshot.muted,
            paused=self.snapshot.paused,
        )

    @property
    def decision(self) -> HeartbeatDecision:
        """What the engine decides about the monitor; when a ping has just come, its job is about to do so."""
        return decide(self.snapshot, self.now)

    @property
    def deadline(self) -> Deadline | None:
        """When it goes down unless something comes."""
        return self.snapshot.deadline

    @property
    def status(self) -> ShownStatus:
        return self.snapshot.status_at(self.now)


async def create(
    connection: Connection, service_id: UUID, spec: MonitorSpec, *, armed: bool = False
) -> tuple[Monitor, str]:
    """A new monitor of a locked service, and the secret that its pings show, which cannot be read again.

    One that is armed counts from now, any other from its first ping. Raises InvalidInput.
    """
    _check(spec)
    secret = new_heartbeat_secret()
    monitor_id = await connection.fetchval(_sql["insert"], service_id, digest(secret), armed, *spec.columns)
    return await get(connection, service_id, monitor_id), secret


async def get(database: Queryable, service_id: UUID, monitor_id: UUID) -> Monitor:
    """Raises NotFound, for one of another service too."""
    return _found(await database.fetchrow(_sql["get"], service_id, monitor_id))


async def page(database: Queryable, service_id: UUID, after: Position | None, limit: int) -> Slice[Monitor]:
    rows = await database.fetch(_sql["list"], service_id, *bounds(after), limit + 1)
    return cut([monitor(row) for row in rows], limit)


async def update(connection: Connection, stored: Monitor, spec: MonitorSpec) -> Monitor:
    """Change a monitor of a locked service. One that is resumed counts from now. Raises InvalidInput."""
    _check(spec)
    await connection.execute(_sql["update"], stored.id, *spec.columns)
    return await get(connection, stored.service_id, stored.id)


async def arm(connection: Connection, service_id: UUID, monitor_id: UUID) -> Monitor:
    """Count from now, as if a ping had come: one that is down is up again. Raises NotFound."""
    if await connection.fetchval(_sql["arm"], service_id, monitor_id) is None:
        raise NotFound("no such heartbeat monitor")
    return await get(connection, service_id, monitor_id)


async def renew_secret(connection: Connection, service_id: UUID, monitor_id: UUID) -> tuple[Monitor, str]:
    """A new secret; the former one is unknown from now on. Raises NotFound."""
    secret = new_heartbeat_secret()
    if await connection.fetchval(_sql["renew_secret"], service_id, monitor_id, digest(secret)) is None:
        raise NotFound("no such heartbeat monitor")
    return await get(connection, service_id, monitor_id), secret


async def delete(connection: Connection, service_id: UUID, monitor_id: UUID) -> None:
    """Delete a monitor of a locked service; its alert is closed. Raises NotFound."""
    name = await connection.fetchval(_sql["delete"], service_id, monitor_id)
    if name is None:
        raise NotFound("no such heartbeat monitor")
    alert_id = await new_alert.open_alert(connection, service_id, heartbeat_key(monitor_id))
    if alert_id is not None:
        await actions.close(connection, alert_id, actor_of(monitor_id, name))


async def service_of(database: Queryable, monitor_id: UUID) -> UUID:
    """The service that the monitor belongs to. Raises NotFound."""
    service_id: UUID | None = await database.fetchval(_sql["service_of"], monitor_id)
    if service_id is None:
        raise NotFound("no such heartbeat monitor")
    return service_id


def actor_of(monitor_id: UUID, name: str) -> Actor:
    """Who raises and closes the monitor's alert."""
    return Actor(type="engine", id=str(monitor_id), name=f"heartbeat monitor {name}")


def monitor(row: asyncpg.Record) -> Monitor:
    """A row of the view ``heartbeat_monitor_records``."""
    return from_row(Monitor, row, snapshot=monitor_snapshot(row))


def _check(spec: MonitorSpec) -> None:
    expected = Expectation(
        timeout=spec.timeout, cron=spec.cron, time_zone=spec.time_zone, grace=spec.grace, run_limit=spec.run_limit
    )
    require_none([FieldError(field, message) for field, message in expected.errors()])


def _found(row: asyncpg.Record | None) -> Monitor:
    if row is None:
        raise NotFound("no such heartbeat monitor")
    return monitor(row)
