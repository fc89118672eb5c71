"""The sweep repairs what has no job in time, and is never the load itself."""

from itertools import count

import pytest
from tests.fixtures.engine import minutes
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.engine.healing.sweep import Sweep
from tocsin.engine.runner import Engine
from tocsin.testing.clock import Clock


async def swept(pool: Pool) -> int:
    """How much a fresh sweep repairs, which looks ahead."""
    return await Sweep(pool).run_once()


async def waiting(pool: Pool) -> list[str]:
    rows = await pool.fetch("select dedupe_key from pgqueuer where status = 'queued' order by dedupe_key")
    return [row["dedupe_key"] for row in rows]


async def test_health_is_left_alone(pool: Pool, alert: int) -> None:
    assert await swept(pool) == 0


async def test_a_lost_job_is_enqueued_for_when_it_is_due(pool: Pool, alert: int, clock: Clock) -> None:
    await pool.execute("update escalation_policy_state set next_escalation = now() + interval '4 minutes'")
    await pool.execute("delete from pgqueuer")
    assert await swept(pool) == 1
    due = await pool.fetchval("select execute_after from pgqueuer")
    assert minutes(4) - (due - await clock.now()) < minutes(0.01)
    [repair] = await pool.fetch("select kind, object_id, reason, due from engine_repairs")
    assert (repair["kind"], repair["object_id"], repair["reason"]) == ("alert", str(alert), "no_job")


async def test_a_lost_job_that_is_far_ahead_is_enqueued_in_time(pool: Pool, alert: int) -> None:
    await pool.execute("update escalation_policy_state set next_escalation = now() + interval '4 days'")
    await pool.execute("delete from pgqueuer")
    sweep, repaired = Sweep(pool), []
    for _ in range(11):
        sweep._pauses_until = 0.0
        repaired.append(await sweep.run_once())
    assert repaired == [*[0] * 10, 1]
    assert await waiting(pool) == [f"alert:{alert}"]


async def test_the_look_at_all_there_is_rests_a_thousand_times_as_long_as_it_took(
    pool: Pool, alert: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.execute("update escalation_policy_state set next_escalation = now() + interval '4 days'")
    seconds = count(step=0.03)  # a look takes 30 ms, so the next comes after 30 s
    monkeypatch.setattr("tocsin.engine.healing.sweep._clock", lambda: next(seconds))
    sweep, repaired = Sweep(pool), []
    for number in range(61):
        await pool.execute("delete from pgqueuer")
        seconds = count(next(seconds) + 2, 0.03)
        if await sweep.run_once():
            repaired.append(number)
    assert repaired == [10, 30, 50]


async def test_every_lost_job_is_enqueued_however_many(pool: Pool, make: Factory) -> None:
    service = await make.service(await make.policy(step(await make.reachable_user())))
    await pool.execute(
        "insert into alerts (service_id, summary, dedup_key)"
        " select $1, 'disk is full', n::text from generate_series(1, 2500) as n",
        service.id,
    )
    await pool.execute("delete from pgqueuer")
    assert await swept(pool) == 2500
    assert await swept(pool) == 0


async def test_one_engine_sweeps_at_a_time(pool: Pool, alert: int) -> None:
    await pool.execute("delete from pgqueuer")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('tocsin sweep'))")
        assert await swept(pool) == 0
    assert await swept(pool) == 1


async def test_what_is_tried_again_is_left_to_its_tries(pool: Pool, alert: int) -> None:
    await pool.execute("update pgqueuer set attempts = 3, execute_after = now() + interval '1 minute'")
    assert await swept(pool) == 0
    await pool.execute("update pgqueuer set execute_after = now() + interval '1 hour'")
    assert await swept(pool) == 1


async def test_what_does_not_stay_repaired_waits_for_the_next_minute(pool: Pool, alert: int, clock: Clock) -> None:
    for _ in range(3):
        await pool.execute("delete from pgqueuer")
        assert await swept(pool) == 1
    await pool.execute("delete from pgqueuer")
    assert await swept(pool) == 0
    await clock.advance(minutes(1))
    assert await swept(pool) == 1


async def test_what_stands_still_for_no_moment_known_waits_for_the_next_minute_too(
    pool: Pool, alert: int, clock: Clock
) -> None:
    await pool.execute("update escalation_policy_state set state = 'no_steps', next_escalation = null")
    repaired = []
    for _ in range(5):
        await pool.execute("delete from pgqueuer")
        await clock.advance(minutes(0.1))
        repaired.append(await swept(pool))
    assert repaired == [1, 1, 1, 0, 0]


async def test_what_has_moved_since_it_was_repaired_is_repaired_again(pool: Pool, alert: int) -> None:
    """As when a trigger is off, so that each move leaves the object without its next job."""
    for number in range(1, 6):
        await pool.execute("update escalation_policy_state set next_escalation = now() + $1 * interval '10 s'", number)
        await pool.execute("delete from pgqueuer")
        assert await swept(pool) == 1


async def park(pool: Pool) -> None:
    """Have the alert's job fail for the last time now; there are no other jobs."""
    await pool.execute("delete from pgqueuer where entrypoint <> 'alert' or dedupe_key is null")
    await pool.execute("update pgqueuer set status = 'failed', updated = now()")


async def test_a_parked_job_gets_a_chance_after_five_minutes_and_then_after_twice_as_long(
    pool: Pool, alert: int, clock: Clock
) -> None:
    for wait in (5, 10, 20, 40, 60, 60):
        await park(pool)
        await clock.advance(minutes(wait - 0.1))
        assert await swept(pool) == 0
        await clock.advance(minutes(0.1))
        assert await swept(pool) == 1
        await pool.execute("delete from pgqueuer where status = 'failed'")


async def test_a_parked_job_that_waits_for_its_chance_is_given_no_other(pool: Pool, alert: int, clock: Clock) -> None:
    await park(pool)
    await clock.advance(minutes(5))
    assert await swept(pool) == 1
    assert await waiting(pool) == [f"alert:{alert}"]
    await clock.advance(minutes(120))
    assert await swept(pool) == 0


async def test_a_look_that_was_held_up_does_not_make_the_sweep_rest_for_long(
    pool: Pool, alert: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter((0.0, 0.0, 7.0, 7.0, 11.9, 12.1, 12.1))
    monkeypatch.setattr("tocsin.engine.healing.sweep._clock", lambda: next(times, 12.2))
    one = Sweep(pool)
    assert await one.run_once() == 0
    await pool.execute("delete from pgqueuer")
    assert await one.run_once() == 0
    assert await one.run_once() == 1


async def test_an_engine_that_does_not_know_the_schema_does_not_sweep(pool: Pool, engine: Engine) -> None:
    swept_once = engine._with_known_schema(Sweep(pool).run_once)
    assert await swept_once() == 0
    await pool.execute("insert into schema_migrations (version, name, checksum) values (9999, 'newer', 'x')")
    await engine._check_schema()
    assert await swept_once() is None
