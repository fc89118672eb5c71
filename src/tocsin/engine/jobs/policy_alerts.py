"""Job ``policy_alerts``: a policy's steps have changed; the jobs of its open alerts are woken (A6)."""

from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.queue.job import JobKind, Outcome

_SQL = Statements(__package__, "policy_alerts.sql")


def kind(pool: Pool) -> JobKind:
    """The kind of job that wakes a policy's open alerts."""

    async def run(object_id: str) -> Outcome:
        await pool.fetchval(_SQL["wake"], UUID(object_id))
        return Outcome("alerts_woken")

    return JobKind("policy_alerts", run)
