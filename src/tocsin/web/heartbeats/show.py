"""One heartbeat monitor: its status, its last pings and their logs, its last year, and commands that ping it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Connection, Pool
from tocsin.domain.heartbeats.history import HeartbeatDay, HeartbeatStint, by_day
from tocsin.http.access import may_edit, require_edit
from tocsin.http.auth import Database
from tocsin.ingest.heartbeats.pings import url_of
from tocsin.ingest.heartbeats.snippets import snippets
from tocsin.store.actor import Actor, acting
from tocsin.store.heartbeats import history, monitors, pings
from tocsin.store.heartbeats.monitors import Monitor, MonitorSpec
from tocsin.store.services import services
from tocsin.web.kit import days as calendar
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.shown_once import secrets_of, see_once
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of

router = APIRouter(include_in_schema=False)

_PATH = "/services/{service_id:uuid}/heartbeats/{monitor_id:uuid}"
_WEEKS = 52
_MOST_OUTAGES = 20


@dataclass(frozen=True, slots=True)
class HeartbeatYear:
    """The days of a monitor's last year, and the times in it that it was down, the newest first."""

    days: Sequence[tuple[date, HeartbeatDay]]
    outages: Sequence[HeartbeatStint]

    @property
    def days_down(self) -> int:
        """Days with an outage."""
        return sum(day.status == "down" for _, day in self.days)

    @property
    def percent_up(self) -> str | None:
        """How much of the time that it was watched it was up, rounded down; None when it was not watched."""
        up, down = (sum((getattr(day, name) for _, day in self.days), timedelta(0)) for name in ("up", "down"))
        return f"{10_000 * up // (up + down) / 100:g}" if up + down else None


@router.get(_PATH)
async def show(request: Request, service_id: UUID, monitor_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """A monitor's page; its address only just after it was made."""
    monitor = await monitors.get(pool, service_id, monitor_id)
    service = await services.get(pool, service_id)
    url = secrets_of(request).get("url")
    rest = {} if fragment_of(request) == "heartbeat-state" else await _rest(pool, monitor, zone_of(request))
    values: dict[str, Any] = {
        "service": service,
        "monitor": monitor,
        "can_edit": may_edit(viewer, service.team_id),
        "now": monitor.now,
        "snippets": snippets(url or url_of(request.app.state.settings.base_url, "SECRET")),
        "pings": await pings.last(pool, monitor_id),
        **rest,
    }
    return await page(request, viewer, "heartbeats/show.html.j2", live="alerts", **values)


@router.get("/heartbeats/{monitor_id:uuid}")
async def find(monitor_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """To the page of a monitor of which only the id is known."""
    return see_other(f"/services/{await monitors.service_of(pool, monitor_id)}/heartbeats/{monitor_id}")


@router.post(_PATH + "/renew-url")
async def renew_url(request: Request, service_id: UUID, monitor_id: UUID, viewer: Viewer) -> Response:
    """Make a new address, to be shown once."""
    async with acting(request.app.state.pool, viewer) as connection:
        await _lock(connection, viewer, service_id)
        _, secret = await monitors.renew_secret(connection, service_id, monitor_id)
    url = url_of(request.app.state.settings.base_url, secret)
    return see_once(request, f"/services/{service_id}/heartbeats/{monitor_id}", url=url)


@router.post(_PATH + "/arm")
async def arm(service_id: UUID, monitor_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Count from now."""
    async with acting(pool, viewer) as connection:
        await _lock(connection, viewer, service_id)
        await monitors.arm(connection, service_id, monitor_id)
    return _back(service_id, monitor_id, "It counts from now.")


def _change(path: str, text: str, change_of: Callable[[MonitorSpec], MonitorSpec]) -> None:
    """Serve a button that changes the monitor so."""

    async def change(service_id: UUID, monitor_id: UUID, viewer: Viewer, pool: Database) -> Response:
        async with acting(pool, viewer) as connection:
            await _lock(connection, viewer, service_id)
            stored = await monitors.get(connection, service_id, monitor_id)
            await monitors.update(connection, stored, change_of(stored.spec))
        return _back(service_id, monitor_id, text)

    router.post(f"{_PATH}/{path}")(change)


_change("pause", "It is not watched until you resume it.", lambda spec: replace(spec, paused=True))
_change("resume", "It is watched again.", lambda spec: replace(spec, paused=False))
_change("mute", "It raises no alert until you unmute it.", lambda spec: replace(spec, muted=True))
_change("unmute", "It raises alerts again.", lambda spec: replace(spec, muted=False))


def _back(service_id: UUID, monitor_id: UUID, text: str) -> Response:
    return see_other(f"/services/{service_id}/heartbeats/{monitor_id}", text)


async def _lock(connection: Connection, viewer: Actor, service_id: UUID) -> None:
    require_edit(viewer, (await services.lock(connection, service_id)).team_id)


async def _rest(pool: Pool, monitor: Monitor, zone: ZoneInfo) -> dict[str, Any]:
    stints = await history.of_monitor(pool, monitor.id)
    return {"year": _year(stints, monitor.now, zone)}


def _year(stints: Sequence[HeartbeatStint], now: datetime, zone: ZoneInfo) -> HeartbeatYear:
    """Whole weeks, from a Monday on up to today."""
    today = now.astimezone(zone).date()
    first = today - timedelta(weeks=_WEEKS, days=today.weekday())
    dates = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    days = by_day(stints[::-1], [calendar.day(each, zone).span for each in dates], now)
    outages = [stint for stint in stints if stint.status == "down"]
    return HeartbeatYear(list(zip(dates, days, strict=True)), outages[:_MOST_OUTAGES])
