"""The view of what has no job in time names each object with its reason."""

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import minutes
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.store.actor import acting
from tocsin.store.engine_status import engine_overview
from tocsin.testing.clock import Clock

VIEW = "select kind, reason from engine_overdue"


async def found(pool: Pool) -> list[tuple[str, str]]:
    return [(row["kind"], row["reason"]) for row in await pool.fetch(VIEW)]


async def test_a_row_with_its_job_is_in_health(pool: Pool, alert: int) -> None:
    assert await found(pool) == []


async def test_a_lost_job_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute("delete from pgqueuer")
    assert await found(pool) == [("alert", "no_job")]
    [overdue] = (await engine_overview.load(pool)).overdue
    assert (overdue.kind, overdue.reason, overdue.count) == ("alert", "no_job", 1)


async def test_a_job_that_is_put_off_too_long_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute("update pgqueuer set execute_after = execute_after + interval '1 hour'")
    assert await found(pool) == [("alert", "job_too_late")]


async def test_a_job_whose_moment_has_passed_is_in_time_for_what_was_due_before_it(
    pool: Pool, alert: int, clock: Clock
) -> None:
    await clock.advance(minutes(1))
    await pool.execute("update pgqueuer set execute_after = execute_after + interval '30 seconds'")
    assert await found(pool) == []


async def test_a_parked_job_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute("update pgqueuer set status = 'failed' where entrypoint = 'alert'")
    assert await found(pool) == [("alert", "parked")]


async def test_a_parked_job_of_an_object_that_is_due_at_no_moment_is_seen(pool: Pool, make: Factory) -> None:
    await make.policy(step())
    await pool.execute("update pgqueuer set status = 'failed' where entrypoint = 'policy_alerts'")
    assert ("policy_alerts", "parked") in await found(pool)


async def test_an_alert_that_nothing_holds_any_longer_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute("update escalation_policy_state set state = 'maintenance', next_escalation = null")
    assert await found(pool) == []
    await pool.execute("delete from pgqueuer")
    assert await found(pool) == [("alert", "no_job")]
    await pool.execute("update services set maintenance_expires_at = now() + interval '1 hour'")
    assert await found(pool) == []


async def test_an_alert_whose_policy_has_steps_again_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute("update escalation_policy_state set state = 'no_steps', next_escalation = null")
    await pool.execute("delete from pgqueuer")
    assert await found(pool) == [("alert", "no_job")]
    await pool.execute("delete from escalation_policy_steps")
    await pool.execute("delete from pgqueuer")
    assert await found(pool) == []


async def test_a_running_job_is_in_health(pool: Pool, alert: int) -> None:
    await pool.execute("update pgqueuer set status = 'picked'")
    assert await found(pool) == []


@pytest.mark.parametrize(("columns", "kind"), [("'pending', now(), null", "page"), ("'sending', null, now()", "page")])
async def test_pages_that_lost_their_job_are_seen(pool: Pool, alert: int, columns: str, kind: str) -> None:
    await pool.execute(
        "insert into outgoing_messages"
        " (idempotency_key, alert_id, target_name, destination_type, status, next_attempt, claimed_until)"
        f" values ('a key', $1, 'Ann', 'webhook', {columns})",
        alert,
    )
    await pool.execute("delete from pgqueuer where entrypoint = 'page'")
    assert await found(pool) == [(kind, "no_job")]


async def test_a_cycle_that_lost_its_job_is_seen(pool: Pool, alert: int) -> None:
    await pool.execute(
        "insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count)"
        " select $1, id, 1, 0, 0 from users",
        alert,
    )
    assert await found(pool) == []
    await pool.execute("delete from pgqueuer where entrypoint = 'cycle'")
    assert await found(pool) == [("cycle", "no_job")]


async def test_a_maintenance_that_lost_its_job_is_seen(pool: Pool, make: Factory, clock: Clock) -> None:
    service = await make.service()
    async with acting(pool, TESTER) as connection:
        await connection.execute(
            "update services set maintenance_expires_at = now() + $2::interval where id = $1", service.id, minutes(5)
        )
    assert await found(pool) == []
    await pool.execute("delete from pgqueuer")
    assert await found(pool) == [("service", "no_job")]
