"""The history of a heartbeat monitor: its last pings, and when it was up, down or paused."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tocsin.domain.heartbeats.history import HistoryStatus
from tocsin.http.auth import Database, Reader
from tocsin.http.fields import Read, UtcDatetime
from tocsin.store.heartbeats import monitors, pings
from tocsin.store.heartbeats.history import of_monitor

router = APIRouter(prefix="/services/{service_id}/heartbeat-monitors", tags=["heartbeat monitors"])


class PingRead(Read):
    """A ping that came."""

    number: int = Field(description="counts the pings of the monitor")
    at: UtcDatetime
    kind: Literal["ok", "fail", "start"]
    exit_code: int | None
    ip: str | None
    body: str = Field(description="the end of what was sent with it")
    body_bytes: int = Field(description="how much was sent with it")


class PingList(Read):
    """The last pings, the newest first."""

    items: list[PingRead]


class HistoryRead(Read):
    """A time that the monitor was up, down or paused."""

    status: HistoryStatus
    reason: str
    started_at: UtcDatetime
    ended_at: UtcDatetime | None
    alert_id: int | None


class HistoryList(Read):
    """What the monitor was during the last year, the newest first."""

    items: list[HistoryRead]


@router.get("/{monitor_id}/pings", summary="Show the last pings of a heartbeat monitor")
async def list_heartbeat_pings(service_id: UUID, monitor_id: UUID, _actor: Reader, pool: Database) -> PingList:
    monitor = await monitors.get(pool, service_id, monitor_id)
    return PingList(items=[PingRead.model_validate(ping) for ping in await pings.last(pool, monitor.id)])


@router.get("/{monitor_id}/history", summary="Show when a heartbeat monitor was up, down or paused")
async def list_heartbeat_history(service_id: UUID, monitor_id: UUID, _actor: Reader, pool: Database) -> HistoryList:
    monitor = await monitors.get(pool, service_id, monitor_id)
    return HistoryList(items=[HistoryRead.model_validate(stint) for stint in await of_monitor(pool, monitor.id)])
