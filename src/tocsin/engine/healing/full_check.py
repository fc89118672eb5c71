"""The full check: everything that the sweep and the walk would find, now and in one go."""

from collections.abc import Sequence

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.healing import walk
from tocsin.engine.healing.finding import Finding

_SQL = Statements(__package__, "sweep.sql")


async def full_check(pool: Pool) -> Sequence[Finding]:
    """What is wrong now: what has no job in time, however far ahead, and what is not as it should be."""
    differing = await walk.whole(pool)
    told = {(finding.kind, finding.id) for finding in differing}
    without_job = [Finding(**row) for row in await pool.fetch(_SQL["all"])]
    return [*differing, *(finding for finding in without_job if (finding.kind, finding.id) not in told)]
