"""The job ``claims`` passes on what its engine did not live to send."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.engine.jobs import claims
from tocsin.testing.clock import Clock

CLAIM = "select page_claims_wakeup(claimed_by, min(claimed_until)) from outgoing_messages group by claimed_by"
CLAIMED = """
insert into outgoing_messages (
    idempotency_key, alert_id, target_name, destination_type, status, next_attempt, claimed_until, claimed_by
)
values ($1::text, $2, 'Ann', 'webhook', 'sending', null, now() + $3::interval, $4)
"""
DUE = "select entrypoint from pgqueuer where entrypoint <> 'alert' and execute_after < now() order by entrypoint"
MINUTE = timedelta(minutes=1)


async def claimed(pool: Pool, make: Factory, *claim_lasts: timedelta) -> UUID:
    """An engine that holds claims for so long, and whose job alone waits."""
    engine = uuid4()
    alert = await make.alert(await make.service(await make.policy(step(await make.user("ann")))))
    await pool.execute("delete from pgqueuer")
    for lasts in claim_lasts:
        await pool.execute(CLAIMED, str(uuid4()), alert, lasts, engine)
    await pool.execute(CLAIM)
    return engine


async def overdue(pool: Pool) -> Sequence[str]:
    rows = await pool.fetch("select kind from engine_overdue where kind in ('page', 'claims')")
    return [row["kind"] for row in rows]


async def test_pages_whose_claims_have_ended_get_jobs(pool: Pool, make: Factory, clock: Clock) -> None:
    engine = await claimed(pool, make, MINUTE, MINUTE, 2 * MINUTE)
    assert await overdue(pool) == []
    await clock.advance(MINUTE)
    assert [row["entrypoint"] for row in await pool.fetch(DUE)] == ["claims"]
    outcome = await claims.kind(pool).run(str(engine))
    assert outcome.reason == "claims_ended"
    assert outcome.wake_at == await pool.fetchval("select now() + interval '1 minute'")
    assert [row["entrypoint"] for row in await pool.fetch(DUE)] == ["claims", "page", "page"]


async def test_a_claim_that_has_not_ended_is_left(pool: Pool, make: Factory, clock: Clock) -> None:
    engine = await claimed(pool, make, MINUTE)
    outcome = await claims.kind(pool).run(str(engine))
    assert (outcome.reason, outcome.wake_at) == ("not_due", await pool.fetchval("select now() + interval '1 minute'"))


async def test_an_engine_without_claims_needs_no_further_job(pool: Pool) -> None:
    outcome = await claims.kind(pool).run(str(uuid4()))
    assert (outcome.reason, outcome.wake_at) == ("gone", None)


async def test_claims_without_their_job_are_seen_before_they_end(pool: Pool, make: Factory, clock: Clock) -> None:
    await claimed(pool, make, MINUTE)
    await pool.execute("delete from pgqueuer")
    assert await overdue(pool) == ["claims"]
    await clock.advance(MINUTE + timedelta(seconds=6))
    assert await overdue(pool) == ["page"]
