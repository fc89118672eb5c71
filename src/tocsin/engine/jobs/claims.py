"""Job ``claims``: pages that an engine claimed and did not live to send get jobs of their own.

One job for each engine, due when the first of its claims ends. The claims of an engine that is known to be dead are
ended at once (`tocsin.engine.life`), so what is passed on here is the rest: a claim that the engine forgot.
"""

from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.queue.job import GONE, PAGES, JobKind, Outcome

_SQL = Statements(__package__, "claims.sql")


def kind(pool: Pool) -> JobKind:
    """The kind of job that sees to what an engine has claimed."""

    async def run(object_id: str) -> Outcome:
        claims = await pool.fetchrow(_SQL["pass_on"], UUID(object_id))
        assert claims is not None
        if claims["ended"]:
            return Outcome("claims_ended", wake_at=claims["next_end"], wakes=(PAGES,))
        return Outcome("not_due", wake_at=claims["next_end"]) if claims["next_end"] else GONE

    return JobKind("claims", run)
