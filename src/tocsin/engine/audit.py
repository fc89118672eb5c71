"""The full audit: everything that the sweep and the walk would find, now and in one go."""

from collections.abc import Sequence

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine import repairs, walk
from tocsin.engine.finding import Finding

_SQL = Statements(__package__, "sweep.sql")


async def audit(pool: Pool) -> Sequence[Finding]:
    """What is wrong now: what has no job in time, however far ahead, and what is not as it should be."""
    differing = await walk.whole(pool)
    told = {(finding.kind, finding.id) for finding in differing}
    without_job = [Finding(**row) for row in await pool.fetch(_SQL["all"])]
    return [*differing, *(finding for finding in without_job if (finding.kind, finding.id) not in told)]


async def repair(pool: Pool, findings: Sequence[Finding]) -> int:
    """Repair what was found, and say how many are. What has become well meanwhile is left alone."""
    return await repairs.mend_all(pool, findings)
