"""The full check: everything that the sweep and the reconciler would find, now and in one go."""

from collections.abc import Sequence

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.healing.drift import Drift
from tocsin.engine.healing.reconcile import drifted
from tocsin.engine.jobs.state_kinds import state_kinds

_SQL = Statements(__package__, "sweep.sql")


async def full_check(pool: Pool) -> Sequence[Drift]:
    """Everything that is wrong now: objects without a job in time, however far ahead, and objects that have drifted."""
    differing = await drifted(pool, state_kinds(pool))
    found = {(drift.kind, drift.id) for drift in differing}
    without_job = [Drift(**row) for row in await pool.fetch(_SQL["all"])]
    return [*differing, *(drift for drift in without_job if (drift.kind, drift.id) not in found)]
