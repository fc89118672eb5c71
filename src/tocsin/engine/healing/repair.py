"""Repairing what was found wrong: the row where only the row is wrong, else by the object's own job.

Each repair is logged, counted by kind and reason, and kept for a month in ``engine_repairs`` for whoever asks later.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import structlog
from prometheus_client import Counter

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Database, Pool
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


async def repair(pool: Pool, kinds: Mapping[str, JobKind], drifts: Sequence[Drift]) -> int:
    """Repair what was found and return how much; what has become well meanwhile is left alone."""
    to_run = [drift for drift in drifts if drift.is_repaired_by_run]
    await _run_all(pool, kinds, to_run)
    return len(to_run) + await _wake_all(pool, [drift for drift in drifts if not drift.is_repaired_by_run])


async def wake(connection: Connection, drifts: Sequence[Drift]) -> Sequence[Drift]:
    """Put rows right and wake their jobs, a batch at most, in the transaction that the connection is in.

    Returns those that needed it, to be reported after the commit.
    """
    done = [drift for group in _groups(drifts) for drift in await _put_right(connection, group)]
    await _enqueue(connection, done)
    await _record(connection, done)
    return done


def report(done: Sequence[Drift]) -> None:
    """Log and count repairs."""
    for drift in done:
        REPAIRED.labels(drift.kind, drift.reason).inc()
        due = drift.due.isoformat() if drift.due else None
        log.warning("repaired", kind=drift.kind, object_id=drift.id, reason=drift.reason, due=due)


async def prune(pool: Pool) -> None:
    """Forget repairs of more than a month ago."""
    await pool.execute(_SQL["prune"])


async def _run_all(pool: Pool, kinds: Mapping[str, JobKind], drifts: Sequence[Drift]) -> None:
    """Run the objects' jobs here and now."""
    for start in range(0, len(drifts), _RUNS_AT_ONCE):
        part = drifts[start : start + _RUNS_AT_ONCE]
        await asyncio.gather(*(_run(pool, kinds[drift.kind], drift) for drift in part))
        await _record(pool, part)
        report(part)


async def _run(pool: Pool, kind: JobKind, drift: Drift) -> None:
    """Where the run fails, the object's job is woken: the queue tries again, and parks it with the reason."""
    try:
        wake_at = (await kind.run(drift.id)).wake_at
    except CONNECTION_ERRORS:
        raise
    except Exception as error:
        log.warning("repair_failed", kind=drift.kind, object_id=drift.id, error=repr(error))
        await _enqueue(pool, [drift])
    else:
        if wake_at is not None:
            await enqueue(pool, drift.kind, drift.id, wake_at)


async def _wake_all(pool: Pool, drifts: Sequence[Drift]) -> int:
    """Each way of repairing has transactions of its own, for each locks rows in the order in which all are locked."""
    repaired = 0
    for group in _groups(drifts):
        for start in range(0, len(group), BATCH):
            async with pool.acquire() as connection, connection.transaction():
                done = await wake(connection, group[start : start + BATCH])
            report(done)
            repaired += len(done)
    return repaired


async def _enqueue(database: Database, drifts: Sequence[Drift]) -> None:
    await database.execute(_SQL["wake"], *_columns(drifts, "kind", "id", "wakes_at"))


async def _record(database: Database, drifts: Sequence[Drift]) -> None:
    await database.execute(_SQL["record"], *_columns(drifts, "kind", "id", "reason", "due"))


def _groups(drifts: Sequence[Drift]) -> Iterator[Sequence[Drift]]:
    """The drifts by the statement that puts their rows right."""
    for _, group in groupby(sorted(drifts, key=_statement), key=_statement):
        yield list(group)


def _statement(drift: Drift) -> str:
    """The statement that puts the row right; empty when there is none to."""
    return drift.reason if drift.repairs_row else ""


async def _put_right(connection: Connection, drifts: Sequence[Drift]) -> Sequence[Drift]:
    statement = _statement(drifts[0])
    if not statement:
        return drifts
    arguments: list[object] = [[drift.key for drift in drifts]]
    if statement == "due_too_late":
        arguments.append([drift.due for drift in drifts])
    repaired = {row["id"] for row in await connection.fetch(_SQL[statement], *arguments)}
    return [drift for drift in drifts if drift.key in repaired]


def _columns(drifts: Sequence[Drift], *names: str) -> Sequence[list[object]]:
    return [[getattr(drift, name) for drift in drifts] for name in names]
