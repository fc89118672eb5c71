"""``/api/v1/engine``: is the engine well, and what waits for a person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from tocsin.http.auth import Admin, Database
from tocsin.http.fields import Read, UtcDatetime
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, encode_cursor, id_after
from tocsin.store.engine_status import engine_overview, parked_jobs

router = APIRouter(prefix="/engine", tags=["engine"])


class DepthRead(Read):
    """Jobs of one kind."""

    kind: str
    queued: int
    due: int
    retrying: int
    running: int
    parked: int


class OverdueRead(Read):
    """Objects that should have moved and have no job waiting in time."""

    kind: str
    reason: str
    count: int
    oldest_due: UtcDatetime


class LatenessRead(Read):
    """Acted minus due, over the last thousand."""

    count: int
    p50_seconds: float
    p99_seconds: float
    max_seconds: float


class InstanceRead(Read):
    """One engine process."""

    id: UUID
    host: str
    pid: int
    version: str
    started_at: UtcDatetime
    last_seen_at: UtcDatetime
    alive: bool
    paused_because: str | None = Field(description="why it takes no jobs; null: it does")
    lateness: dict[str, LatenessRead]


class RepairRead(Read):
    """An object that the sweep has put right by itself."""

    kind: str
    object_id: str
    reason: str
    due: UtcDatetime | None = Field(description="when it should have moved, where that is known")
    repaired_at: UtcDatetime


class EngineRead(Read):
    """The engine now."""

    jobs: list[DepthRead]
    overdue: list[OverdueRead]
    instances: list[InstanceRead]
    repairs: list[RepairRead] = Field(description="the latest 20, the newest first")


class ParkedRead(Read):
    """A job that failed as often as it may."""

    id: int
    kind: str
    object_id: str
    attempts: int
    parked_at: UtcDatetime
    error_type: str
    error: str


JobId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("", summary="Depth, overdue objects, instances and repairs")
async def read_engine(pool: Database) -> EngineRead:
    """Queue depth by kind, what is overdue, each process with its last sign of life, and the sweep's latest repairs.

    In health nothing is overdue, and nothing is repaired."""
    return EngineRead.model_validate(await engine_overview.load(pool))


@router.get("/parked", summary="List parked jobs")
async def list_parked_jobs(
    pool: Database, actor: Admin, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> ListPage[ParkedRead]:
    """Jobs that failed as often as they may, with the last error. Their objects stand still until retried."""
    found = await parked_jobs.page(pool, after=id_after(cursor), limit=limit + 1)
    items = [ParkedRead.model_validate(job) for job in found[:limit]]
    return ListPage(items=items, next_cursor=encode_cursor(items[-1].id) if len(found) > limit else None)


@router.post("/parked/{job_id}/retry", status_code=204, summary="Retry a parked job")
async def retry_parked_job(pool: Database, actor: Admin, job_id: JobId) -> None:
    """Give the job a fresh set of attempts, at once."""
    await parked_jobs.retry(pool, job_id)
