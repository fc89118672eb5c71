"""An acknowledgement that runs out while no engine is at work leaves nothing of the old paging behind (A4)."""

from datetime import timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.engine.jobs import alert, cycle
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.testing.clock import Clock

CYCLES = "select end_reason from notification_policy_cycles order by started_at, end_reason"


@pytest.fixture
async def alert_id(pool: Pool, make: Factory, clock: Clock) -> int:
    """An alert on whose step somebody is being paged."""
    service = await make.service(await make.policy(step(await make.reachable_user())))
    await pool.execute("update services set ack_timeout = interval '30 minutes'")
    number = await make.alert(service)
    await alert.kind(pool).run(str(number))
    for row in await pool.fetch("select id::text from notification_policy_cycles"):
        await cycle.kind(pool).run(row["id"])
    return number


async def test_the_old_cycle_ends_and_its_pages_are_cancelled(pool: Pool, alert_id: int, clock: Clock) -> None:
    async with acting(pool, TESTER) as connection:
        await actions.acknowledge(connection, alert_id, TESTER)
    await clock.advance(timedelta(minutes=30))
    assert (await alert.kind(pool).run(str(alert_id))).reason == "acknowledgement_ran_out"
    pages = await pool.fetch("select status, reason from outgoing_messages")
    assert [tuple(page) for page in pages] == [("cancelled", "acknowledged")]
    assert (await alert.kind(pool).run(str(alert_id))).reason == "acknowledgement_ran_out"
    assert [row["end_reason"] for row in await pool.fetch(CYCLES)] == ["acknowledged", None]
