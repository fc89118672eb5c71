"""What the engine's tables say about its health: depth, overdue, repaired, parked, instances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.errors import NotFound

_SQL = Statements(__package__, "overview.sql")

RECENT = 20
"""How many of the latest repairs an overview holds."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Jobs of one kind: waiting, of these due and retrying, running, parked."""

    kind: str
    queued: int
    due: int
    retrying: int
    running: int
    parked: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """Objects of one kind that should have moved and have no job in time, by reason."""

    kind: str
    reason: str
    count: int
    oldest_due: datetime


@dataclass(frozen=True, slots=True)
class Instance:
    """An engine process. ``lateness``: count, p50, p99 and maximum in seconds by kind, over its last thousand.

    ``paused_because``: why it takes no jobs, None when it does.
    """

    id: UUID
    host: str
    pid: int
    version: str
    started_at: datetime
    last_seen_at: datetime
    lateness: Mapping[str, Mapping[str, float]]
    paused_because: str | None
    alive: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """An object that the sweep has put right. ``due``: when it should have moved, where that is known."""

    kind: str
    object_id: str
    reason: str
    due: datetime | None
    repaired_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """The engine at one moment."""

    jobs: Sequence[Depth]
    overdue: Sequence[Overdue]
    instances: Sequence[Instance]
    repairs: Sequence[Repair]


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that has used up its attempts and waits for a person."""

    id: int
    kind: str
    object_id: str
    attempts: int
    parked_at: datetime
    error_type: str
    error: str


async def overview(pool: Pool) -> Overview:
    """The engine now."""
    return Overview(
        jobs=[Depth(**row) for row in await pool.fetch(_SQL["depth"])],
        overdue=[Overdue(**row) for row in await pool.fetch(_SQL["overdue"])],
        instances=[Instance(**row) for row in await pool.fetch(_SQL["instances"])],
        repairs=[Repair(**row) for row in await pool.fetch(_SQL["repairs"], RECENT)],
    )


async def can_mail(pool: Pool, *, own: bool) -> bool:
    """Whether pages go out by mail, as the engines at work say, who send them; ``own``, the asker's, when none says."""
    said: bool | None = await pool.fetchval(_SQL["mails"])
    return own if said is None else said


async def parked(pool: Pool, *, after: int | None = None, limit: int = 50) -> Sequence[Parked]:
    """Parked jobs in order of id, those above ``after``."""
    return [Parked(**row) for row in await pool.fetch(_SQL["parked"], after, limit)]


async def retry(pool: Pool, job_id: int) -> None:
    """Give a parked job a fresh set of attempts, at once. Raises NotFound when no such job is parked."""
    if await pool.fetchval(_SQL["retry"], job_id) is None:
        raise NotFound(f"no job {job_id} is parked")
