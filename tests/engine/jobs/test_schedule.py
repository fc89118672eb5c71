"""The job ``schedule`` writes who is on call, once, and says when it wants to be woken."""

from datetime import time, timedelta
from uuid import uuid4

from tests.fixtures.factories import Factory, rule

from tocsin.db.pool import Pool
from tocsin.engine.jobs import schedule
from tocsin.engine.queue.job import GONE
from tocsin.testing.clock import Clock

ROWS = "select user_id, start_time, end_time from schedule_on_call_users order by start_time"


async def test_who_is_on_call_is_written_once(pool: Pool, make: Factory, clock: Clock) -> None:
    user = await make.user()
    made = await make.schedule(rule(user))
    for _ in range(2):
        assert (await schedule.kind(pool).run(str(made.id))).reason == "brought_up_to_date"
    rows = await pool.fetch(ROWS)
    assert [(row["user_id"], row["end_time"]) for row in rows] == [(user.id, None)]


async def test_a_change_that_was_missed_is_written_for_its_planned_moment(
    pool: Pool, make: Factory, clock: Clock
) -> None:
    made = await make.schedule(rule(await make.user(), time(0), time(12)), rule(await make.user(), time(12), time(0)))
    await schedule.kind(pool).run(str(made.id))
    planned = await pool.fetchval("select next_change from schedule_state")
    await clock.advance(timedelta(hours=13))
    outcome = await schedule.kind(pool).run(str(made.id))
    assert outcome.due == planned
    assert planned in {row["start_time"] for row in await pool.fetch(ROWS)}


async def test_one_that_is_gone_is_no_fault(pool: Pool) -> None:
    assert await schedule.kind(pool).run(str(uuid4())) is GONE
