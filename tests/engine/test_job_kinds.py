"""The kinds of jobs are the same in Python, in the database, and in what an engine runs."""

from tocsin.db.pool import Pool
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.engine.runner import Engine


async def test_the_table_has_the_kinds_in_the_order_in_which_their_jobs_are_locked(pool: Pool) -> None:
    rows = await pool.fetch("select name from job_kinds order by lock_order")
    assert tuple(row["name"] for row in rows) == JOB_KINDS


async def test_an_engine_runs_each_kind_once(engine: Engine) -> None:
    names = [kind.name for worker in engine.workers for kind in worker.kinds]
    assert sorted(names) == sorted(JOB_KINDS)
