"""Repairing an object by its own job, which is run here and now, or enqueued where it was missing.

Each repair is logged, counted by kind and reason, and kept for a month in ``engine_repairs`` for whoever asks later.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from prometheus_client import Counter

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.engine.healing.drift import REASONS, Drift
from tocsin.engine.metrics import show_zeroes
from tocsin.engine.queue.job import JobKind
from tocsin.engine.queue.worker import enqueue

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "repair.sql")

REPAIRED = Counter("tocsin_repaired_total", "Objects put right, by kind and reason.", ["kind", "reason"])
show_zeroes(REPAIRED, JOB_KINDS, REASONS)

# So many objects' jobs are enqueued in one transaction, which holds up others that enqueue for the same objects.
BATCH = 1000

_RUNS_AT_ONCE = 100


async def repair(pool: Pool, kinds: Mapping[str, JobKind], drifts: Sequence[Drift]) -> None:
    """Repair what was found; what has become well meanwhile is left as it is."""
    await _run_all(pool, kinds, [drift for drift in drifts if drift.is_repaired_by_run])
    await _wake_all(pool, [drift for drift in drifts if not drift.is_repaired_by_run])


async def wake(connection: Connection, drifts: Sequence[Drift]) -> None:
    """Wake the objects' jobs, a batch at most, in the transaction that the connection is in; reported after that."""
    if put_off := [drift.id for drift in drifts if drift.reason == "page_put_off"]:
        await connection.execute(_SQL["page_put_off"], put_off)
    await _enqueue(connection, drifts)
    await _record(connection, drifts)


def report(done: Sequence[Drift]) -> None:
    """Log and count repairs."""
    for drift in done:
        REPAIRED.labels(drift.kind, drift.reason).inc()
        due = drift.due.isoformat() if drift.due else None
        log.warning("repaired", kind=drift.kind, object_id=drift.id, reason=drift.reason, due=due)


async def prune(pool: Pool, lifetime: timedelta) -> None:
    """Forget repairs of longer than ``lifetime`` ago."""
    await pool.execute(_SQL["prune"], lifetime)


async def _run_all(pool: Pool, kinds: Mapping[str, JobKind], drifts: Sequence[Drift]) -> None:
    """Run the objects' jobs here and now."""
    for start in range(0, len(drifts), _RUNS_AT_ONCE):
        part = drifts[start : start + _RUNS_AT_ONCE]
        await asyncio.gather(*(_run(pool, kinds[drift.kind], drift) for drift in part))
        await _record(pool, part)
        report(part)


async def _run(pool: Pool, kind: JobKind, drift: Drift) -> None:
    """Run the object's job. Where that fails the job is woken: the queue tries again, and parks it with the reason."""
    try:
        wake_at = (await (kind.repair or kind.run)(drift.id)).wake_at
    except CONNECTION_ERRORS:
        raise
    except Exception as error:
        log.warning("repair_failed", kind=drift.kind, object_id=drift.id, error=repr(error))
        await _enqueue(pool, [drift])
    else:
        if wake_at is not None:
            await enqueue(pool, drift.kind, drift.id, wake_at)


async def _wake_all(pool: Pool, drifts: Sequence[Drift]) -> None:
    for start in range(0, len(drifts), BATCH):
        part = drifts[start : start + BATCH]
        async with pool.acquire() as connection, connection.transaction():
            await wake(connection, part)
        report(part)


async def _enqueue(database: Queryable, drifts: Sequence[Drift]) -> None:
    await database.execute(_SQL["wake"], *_columns(drifts, "kind", "id", "wakes_at"))


async def _record(database: Queryable, drifts: Sequence[Drift]) -> None:
    await database.execute(_SQL["record"], *_columns(drifts, "kind", "id", "reason", "due"))


def _columns(drifts: Sequence[Drift], *names: str) -> Sequence[list[object]]:
    return [[getattr(drift, name) for drift in drifts] for name in names]
