"""The engine's page: its health, its queue, its lateness, its repairs, and the jobs that wait for a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tocsin.api.engine import JobId
from tocsin.db.pool import Pool
from tocsin.domain.rights import is_admin
from tocsin.errors import NotFound
from tocsin.http.auth import Database
from tocsin.store.actor import Actor
from tocsin.store.engine_status import engine_history, engine_overview, object_names, parked_jobs
from tocsin.store.engine_status.engine_history import LatenessMinute
from tocsin.store.instants import now
from tocsin.store.payloads import quarantine
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer, require_admin

router = APIRouter(include_in_schema=False)

_MOST = 50
_HOUR = 60


@router.get("/engine")
async def show(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Show the engine's state now and its recent history."""
    return await page(request, viewer, "engine/show.html.j2", live="engine", **await _shown(pool, viewer))


@router.get("/engine/lateness.json")
async def lateness(viewer: Viewer, pool: Database) -> Response:
    """The last hour's lateness by minute, as the page's plot draws it."""
    return JSONResponse(
        _plot(await engine_history.lateness(pool), await now(pool)), headers={"Cache-Control": "no-store"}
    )


@router.post("/engine/parked/{job_id}/retry")
async def retry(job_id: JobId, viewer: Viewer, pool: Database) -> Response:
    """Give a parked job a fresh set of attempts."""
    require_admin(viewer)
    try:
        await parked_jobs.retry(pool, job_id)
    except NotFound:
        return see_other("/engine#parked", "The job is parked no longer.", "info")
    return see_other("/engine#parked", "The job is tried again.")


async def _shown(pool: Pool, viewer: Actor) -> dict[str, Any]:
    may_retry = is_admin(viewer)
    overview, missed = await engine_overview.load(pool), await engine_history.overdue(pool, _MOST)
    parked = await parked_jobs.page(pool, limit=_MOST) if may_retry else []
    objects: list[tuple[str, str]] = [
        *((one.kind, one.id) for one in missed),
        *((repair.kind, repair.object_id) for repair in overview.repairs),
        *((one.kind, one.object_id) for one in parked),
    ]
    return {
        "engine": overview,
        "quarantines": await quarantine.waiting(pool),
        "missed": missed,
        "repairs_of_a_day": await engine_history.repairs_of_a_day(pool),
        "parked": parked,
        "may_retry": may_retry,
        "names": await object_names.names(pool, list(dict.fromkeys(objects))),
    }


def _plot(found: Sequence[LatenessMinute], moment: datetime) -> dict[str, Any]:
    """Each minute of the last hour, and for alerts and pages the median and the worst in seconds; None: none moved."""
    last = moment.replace(second=0, microsecond=0)
    minutes = [last - timedelta(minutes=back) for back in reversed(range(_HOUR))]
    known = {(one.kind, one.minute): one for one in found}
    lines = [
        {"kind": kind, "measure": measure, "values": [_value(known.get((kind, at)), measure) for at in minutes]}
        for kind in ("alert", "page")
        for measure in ("max_seconds", "p50_seconds")
    ]
    return {"minutes": [int(at.timestamp()) for at in minutes], "lines": lines}


def _value(minute: LatenessMinute | None, measure: str) -> float | None:
    return None if minute is None else float(getattr(minute, measure))
