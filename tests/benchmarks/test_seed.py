"""What is measured on is sound: an engine finds nothing to put right in it, which would be measured instead."""

from benchmarks.seed import found_large, open_many

from tocsin.db.pool import Pool
from tocsin.engine.healing.reconcile import drifted
from tocsin.engine.jobs.state_kinds import state_kinds


async def test_nothing_differs_and_nothing_is_overdue(pool: Pool) -> None:
    services = await found_large(pool, policies=20)
    await open_many(pool, services, 50, "waits")
    assert await drifted(pool, state_kinds(pool)) == []
    assert await pool.fetch("select kind, id, reason from engine_overdue") == []
