"""Putting right what was found wrong: the row first where it is the row that is wrong, then the object's job.

Each repair is logged, counted by kind and reason, and kept for a month in ``engine_repairs`` for whoever asks later.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import structlog

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements
from tocsin.engine.healing.finding import Finding
from tocsin.engine.metrics import REPAIRED

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "repair.sql")

# So many objects' jobs are enqueued in one transaction, which holds up others that enqueue for the same objects.
BATCH = 1000


async def mend(connection: Connection, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Repair what was found, a batch at most, in the transaction that the connection is in.

    Returns those that needed it, to be told of (``tell``) after the commit. Others have become well meanwhile.
    """
    done = [finding for group in _groups(findings) for finding in await _put_right(connection, group)]
    when = [finding.due if finding.wakes_when_due else None for finding in done]
    await connection.execute(_SQL["wake"], *_columns(done, "kind", "id"), when)
    await connection.execute(_SQL["keep"], *_columns(done, "kind", "id", "reason", "due"))
    return done


async def mend_all(pool: Pool, findings: Sequence[Finding]) -> int:
    """Repair what was found and say how much.

    Each way of repairing has transactions of its own, for each locks rows in the order in which all are locked.
    """
    repaired = 0
    for group in _groups(findings):
        for start in range(0, len(group), BATCH):
            async with pool.acquire() as connection, connection.transaction():
                done = await mend(connection, group[start : start + BATCH])
            tell(done)
            repaired += len(done)
    return repaired


def tell(done: Sequence[Finding]) -> None:
    """Log and count repairs."""
    for finding in done:
        REPAIRED.labels(finding.kind, finding.reason).inc()
        due = finding.due.isoformat() if finding.due else None
        log.warning("repaired", kind=finding.kind, object_id=finding.id, reason=finding.reason, due=due)


async def prune(pool: Pool) -> None:
    """Forget repairs of more than a month ago."""
    await pool.execute(_SQL["prune"])


def _groups(findings: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    """The findings by the statement that puts their rows right."""
    for _, group in groupby(sorted(findings, key=_statement), key=_statement):
        yield list(group)


def _statement(finding: Finding) -> str:
    """The statement that puts the row right; empty when there is none to."""
    return finding.reason if finding.repairs_row else ""


async def _put_right(connection: Connection, findings: Sequence[Finding]) -> Sequence[Finding]:
    statement = _statement(findings[0])
    if not statement:
        return findings
    arguments: list[object] = [[finding.key for finding in findings]]
    if statement == "due_too_late":
        arguments.append([finding.due for finding in findings])
    mended = {row["id"] for row in await connection.fetch(_SQL[statement], *arguments)}
    return [finding for finding in findings if finding.key in mended]


def _columns(findings: Sequence[Finding], *names: str) -> Sequence[list[object]]:
    return [[getattr(finding, name) for finding in findings] for name in names]
