"""The job ``cycle`` makes the pages of the rules whose delay has passed, once, and ends when nobody needs them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.engine.jobs import alert, cycle
from tocsin.engine.queue.job import GONE, PAGES
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.testing.clock import Clock

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
async def cycle_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """The cycle of a user who is paged at once and after five minutes."""
    user = await make.user()
    for delay in (timedelta(0), FIVE_MINUTES):
        await make.rule(await make.contact_method(user, f"https://phone.test/{delay}"), delay)
    policy = await make.policy(step(user, delay=timedelta(hours=1)))
    await alert.kind(pool).run(str(await make.alert(await make.service(policy))))
    found: str = await pool.fetchval("select id::text from notification_policy_cycles")
    return found


async def pages(pool: Pool) -> int:
    count: int = await pool.fetchval("select count(*) from outgoing_messages")
    return count


async def test_each_rule_pages_once_when_its_delay_has_passed(pool: Pool, cycle_id: str, clock: Clock) -> None:
    assert await pages(pool) == 1, "it was written with the step"
    await cycle.kind(pool).run(cycle_id)
    assert await pages(pool) == 1
    await clock.advance(FIVE_MINUTES)
    second = await cycle.kind(pool).run(cycle_id)
    assert (second.reason, second.wakes, second.late_seconds) == ("ticked", (PAGES,), 0)
    assert await pages(pool) == 2


async def test_it_ends_once_somebody_has_acknowledged(pool: Pool, cycle_id: str, clock: Clock) -> None:
    async with acting(pool, TESTER) as connection:
        await actions.acknowledge(connection, await pool.fetchval("select id from alerts"), TESTER)
    await clock.advance(FIVE_MINUTES)
    assert (await cycle.kind(pool).run(cycle_id)).reason in ("acknowledged", "gone")
    assert await pages(pool) == 1


async def test_one_that_is_gone_is_no_fault(pool: Pool) -> None:
    assert await cycle.kind(pool).run(str(uuid4())) is GONE
