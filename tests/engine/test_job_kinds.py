"""The kinds of jobs are the same in Python, in the database, and in what an engine runs."""

from tocsin.db.pool import Pool
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.engine.healing import reconcile
from tocsin.engine.runner import Engine


async def test_the_table_has_the_kinds_in_the_order_in_which_their_jobs_are_locked(pool: Pool) -> None:
    rows = await pool.fetch("select name from job_kinds order by lock_order")
    assert tuple(row["name"] for row in rows) == JOB_KINDS


async def test_an_engine_runs_each_kind_once(engine: Engine) -> None:
    names = [kind.name for worker in engine.workers for kind in worker.kinds]
    assert sorted(names) == sorted(JOB_KINDS)


async def test_the_reconciler_walks_and_counts_each_kind_of_a_round(pool: Pool) -> None:
    """But for pages, which it finds all at once."""
    kinds = set(reconcile.KINDS_OF_A_ROUND) - {"page"}
    assert kinds <= set(JOB_KINDS)
    assert {row["kind"] for row in await pool.fetch("select kind from engine_walk")} == kinds
    for kind in kinds:
        assert await pool.fetchval(reconcile._SQL["count"], kind) == 0, kind
        assert await pool.fetch(reconcile._SQL[f"{kind}_ids"], "", 1) == [], kind
