"""Job ``service``: a service's maintenance ends, or its policy or maintenance has changed; its open alerts look up."""

from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.job import GONE, JobKind, Outcome

_SQL = Statements(__package__, "service.sql")


def kind(pool: Pool) -> JobKind:
    """The kind of job that ends a service's maintenance when it is over, and wakes its alerts, each by its own job."""

    async def run(object_id: str) -> Outcome:
        await pool.execute(_SQL["release"], UUID(object_id))
        row = await pool.fetchrow(_SQL["wake"], UUID(object_id))
        if row is None:
            return GONE
        if row["expired_at"] is not None:
            return Outcome("maintenance_over", due=row["expired_at"], acted=row["now"])
        return Outcome("alerts_woken", again=row["maintenance_expires_at"])

    return JobKind("service", run)
