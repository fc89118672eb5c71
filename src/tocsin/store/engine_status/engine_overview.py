"""What the engine's tables say about its health: depth, overdue, repaired, parked, instances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

_sql = Statements(__package__, "engine_overview.sql")

RECENT = 20
"""How many of the latest repairs an overview holds."""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Jobs of one kind: waiting, of these due and retrying, running, parked."""

    kind: str
    queued: int
    due: int
    retrying: int
    running: int
    parked: int


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """Objects of one kind that should have moved and have no job in time, by reason."""

    kind: str
    reason: str
    count: int
    oldest_due: datetime


@dataclass(frozen=True, slots=True)
class EngineInstance:
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
class EngineRepair:
    """An object that the sweep has put right. ``due``: when it should have moved, where that is known."""

    kind: str
    object_id: str
    reason: str
    due: datetime | None
    repaired_at: datetime


@dataclass(frozen=True, slots=True)
class EngineOverview:
    """The engine at one moment."""

    jobs: Sequence[QueueDepth]
    overdue: Sequence[OverdueCount]
    instances: Sequence[EngineInstance]
    repairs: Sequence[EngineRepair]


async def load(pool: Pool) -> EngineOverview:
    """The engine now."""
    return EngineOverview(
        jobs=[QueueDepth(**row) for row in await pool.fetch(_sql["depth"])],
        overdue=[OverdueCount(**row) for row in await pool.fetch(_sql["overdue"])],
        instances=[EngineInstance(**row) for row in await pool.fetch(_sql["instances"])],
        repairs=[EngineRepair(**row) for row in await pool.fetch(_sql["repairs"], RECENT)],
    )


async def can_mail(pool: Pool, *, own: bool) -> bool:
    """Whether pages can go out by mail, as the engines at work say; ``own``, what this process says, when none does."""
    said: bool | None = await pool.fetchval(_sql["mails"])
    return own if said is None else said
