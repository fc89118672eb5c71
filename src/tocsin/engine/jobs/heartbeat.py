"""Job ``heartbeat``: a monitor goes down when its ping does not come, and up again; its alert is raised and closed.

A ping writes what it says and wakes this job only when that can change something at once: the first ping, one of a
monitor that is down, a failure, the end of a run. Any other moves the deadline without a word to the queue, and the
job that waits for the former one looks, finds that all is well, and waits for the next.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import heartbeat_key
from tocsin.domain.heartbeats.alert_text import alert_details, alert_summary
from tocsin.domain.heartbeats.decide import (
    HeartbeatDecision,
    HeartbeatReason,
    MonitorSnapshot,
    decide,
    excuse,
)
from tocsin.domain.severity import Severity
from tocsin.engine.batch.batch import Batch, Request
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.queue.job import GONE, JobKind, Outcome, retry_on_conflict
from tocsin.errors import NotFound
from tocsin.store.alerts import actions, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.heartbeats.monitors import actor_of
from tocsin.store.row_mapping import monitor_snapshot

_SQL = Statements(__package__, "heartbeat.sql")


@dataclass(frozen=True, slots=True)
class VersionedMonitor:
    """A monitor as of one moment. ``version`` and ``pings`` are None when its row is lost.

    ``excused_until``: until when its silence is not held against it, since nobody could ping it.
    """

    id: UUID
    service_id: UUID
    name: str
    severity: Severity
    found: MonitorSnapshot
    exit_code: int | None
    next_change: datetime | None
    excused_until: datetime | None
    version: int | None
    pings: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class HeartbeatWait:
    """A monitor stays as it is; ``next_change`` is when to look again, ``excused_until`` its excuse for its silence."""

    monitor_id: UUID
    version: int
    next_change: datetime
    excused_until: datetime | None


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one heartbeat monitor."""

    async def load_many(monitor_ids: Sequence[UUID]) -> Mapping[UUID, VersionedMonitor]:
        return {row["id"]: _monitor(row) for row in await pool.fetch(_SQL["load"], monitor_ids)}

    async def wait_all(requests: Sequence[Request[HeartbeatWait]]) -> None:
        await _wait_all(pool, requests)

    loads, waits = BatchLoader(load_many), Batch(wait_all)

    async def attempt(object_id: str) -> Outcome | None:
        loaded = await loads.load(UUID(object_id))
        return GONE if loaded is None else await _attempt(pool, waits, loaded)

    async def drift(object_id: str) -> str | None:
        loaded = await loads.load(UUID(object_id))
        return None if loaded is None else _drift(loaded)

    return JobKind("heartbeat", retry_on_conflict(attempt), drift)


def _monitor(row: asyncpg.Record) -> VersionedMonitor:
    snapshot = monitor_snapshot(row)
    return VersionedMonitor(
        id=row["id"],
        service_id=row["service_id"],
        name=row["name"],
        severity=row["severity"],
        found=snapshot,
        exit_code=row["exit_code"],
        next_change=row["next_change"],
        excused_until=excuse(snapshot.expectation, row["next_change"], row["now"], row["excused_until"]),
        version=row["version"],
        pings=row["pings"],
        now=row["now"],
    )


def _drift(loaded: VersionedMonitor) -> str | None:
    """What is wrong with the row, unless it is due to change."""
    if loaded.version is None:
        return "no_state"
    if loaded.next_change is not None and loaded.next_change <= loaded.now:
        return None
    decision = decide(loaded.found, loaded.now, loaded.excused_until)
    wanted, stored = decision.next_change, loaded.next_change
    looks_late = (wanted is None) != (stored is None) or (wanted is not None and stored is not None and stored > wanted)
    return "differs" if looks_late or decision.alert or decision.state != loaded.found.state else None


async def _attempt(pool: Pool, waits: Batch[HeartbeatWait], loaded: VersionedMonitor) -> Outcome | None:
    decision = decide(loaded.found, loaded.now, loaded.excused_until)
    due = loaded.next_change if loaded.next_change is not None and loaded.next_change <= loaded.now else None
    stays = loaded.version is not None and decision.alert is None and decision.state == loaded.found.state
    if not stays:
        if not await _move(pool, loaded, decision):
            return None
        since = decision.state.since if decision.state.status == "down" else None
        return Outcome(decision.state.reason, due=due and (since or due), acted=loaded.now)
    if decision.next_change == loaded.next_change or decision.next_change is None or loaded.version is None:
        return Outcome("not_due", wake_at=loaded.next_change)
    if not await waits.ask(HeartbeatWait(loaded.id, loaded.version, decision.next_change, loaded.excused_until)):
        return None
    return Outcome(decision.state.reason, due=due, acted=loaded.now)


async def _wait_all(pool: Pool, requests: Sequence[Request[HeartbeatWait]]) -> None:
    """Write when to look again; False for whom has moved meanwhile, or is being pinged."""
    waits = [request.content for request in requests]
    columns = zip(
        *((wait.monitor_id, wait.version, wait.next_change, wait.excused_until) for wait in waits), strict=True
    )
    try:
        written = {row["id"] for row in await pool.fetch(_SQL["wait"], *map(list, columns))}
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        for request in requests:
            request.reject(error)
    else:
        for request in requests:
            request.resolve(request.content.monitor_id in written)


async def _move(pool: Pool, loaded: VersionedMonitor, decision: HeartbeatDecision) -> bool:
    """Write the decision; False when the monitor has moved since it was loaded."""
    to = decision.state
    row = (to.status, to.reason, to.since, decision.next_change, to.alert_id, loaded.found.pings.last_ok_at)
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(_SQL["hold"], loaded.id) is None:
            return False
        if not await connection.fetchval(_SQL["move"], loaded.id, loaded.version, loaded.pings, *row):
            return False
        await _note_history(connection, loaded, decision)
        await _move_alert(connection, loaded, decision)
    return True


async def _note_history(connection: Connection, loaded: VersionedMonitor, decision: HeartbeatDecision) -> None:
    to = decision.state
    if to.status == loaded.found.state.status:
        return
    await connection.execute(_SQL["end_history"], loaded.id, to.since)
    if to.status != "inactive":
        await connection.execute(_SQL["begin_history"], loaded.id, to.status, to.reason, to.since)


async def _move_alert(connection: Connection, loaded: VersionedMonitor, decision: HeartbeatDecision) -> None:
    """Raise the monitor's alert, or close it; closed by hand it stays so, and a monitor has one alert while down."""
    actor = actor_of(loaded.id, loaded.name)
    alert_id = loaded.found.state.alert_id
    if decision.alert == "raise":
        raised = await new_alert.raise_alert(connection, loaded.service_id, _alert(loaded, decision), actor)
        await _note_alert(connection, loaded.id, raised.alert_id)
    elif decision.alert == "close" and alert_id is not None:
        with suppress(NotFound):  # it is no longer kept
            await actions.close(connection, alert_id, actor)
        await connection.execute(_SQL["note_alert"], loaded.id, None)


async def _note_alert(connection: Connection, monitor_id: UUID, alert_id: int) -> None:
    await connection.execute(_SQL["note_alert"], monitor_id, alert_id)
    await connection.execute(_SQL["note_alert_in_history"], monitor_id, alert_id)


def _alert(loaded: VersionedMonitor, decision: HeartbeatDecision) -> NewAlert:
    last_ok_at, since = loaded.found.pings.last_ok_at, decision.state.since
    exit_code = loaded.exit_code if decision.state.reason == HeartbeatReason.FAILED else None
    return NewAlert(
        summary=alert_summary(loaded.name, decision.state.reason, exit_code),
        details=alert_details(since.astimezone(UTC), last_ok_at.astimezone(UTC) if last_ok_at else None),
        severity=loaded.severity,
        dedup_key=heartbeat_key(loaded.id),
    )
