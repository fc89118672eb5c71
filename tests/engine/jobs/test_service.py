"""The job ``service`` clears a maintenance that is over, and wakes the alerts that it held (M2)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.engine.jobs import service
from tocsin.engine.queue.job import GONE, PAGES
from tocsin.testing.clock import Clock

HOUR = timedelta(hours=1)


@pytest.fixture
async def service_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """A service with an alert, in maintenance for an hour, all of whose jobs are done."""
    made = await make.service()
    await make.alert(made)
    await pool.execute("update services set maintenance_expires_at = now() + $1::interval", HOUR)
    await pool.execute("delete from pgqueuer")
    return str(made.id)


async def woken(pool: Pool) -> list[str]:
    rows = await pool.fetch("select entrypoint from pgqueuer where entrypoint = 'alert'")
    return [row["entrypoint"] for row in rows]


async def test_a_maintenance_that_goes_on_is_looked_at_again_at_its_end(pool: Pool, service_id: str) -> None:
    outcome = await service.kind(pool).run(service_id)
    ends = await pool.fetchval("select maintenance_expires_at from services")
    assert (outcome.reason, outcome.wake_at, outcome.wakes) == ("alerts_woken", ends, (PAGES,))


async def test_one_that_is_over_is_cleared_and_wakes_its_alerts(pool: Pool, service_id: str, clock: Clock) -> None:
    await clock.advance(HOUR)
    outcome = await service.kind(pool).run(service_id)
    assert (outcome.reason, outcome.late_seconds) == ("maintenance_moved", 0)
    assert await pool.fetchval("select maintenance_expires_at from services") is None
    assert await woken(pool) == ["alert"]


async def test_one_that_is_gone_is_no_fault(pool: Pool) -> None:
    assert await service.kind(pool).run(str(uuid4())) is GONE
