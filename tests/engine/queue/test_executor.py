"""A failing object is tried again, then parked where people see it, and delays nobody else."""

from datetime import timedelta
from functools import partial

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, eventually, settled
from tests.fixtures.factories import step

from tocsin.engine.queue.executor import MOST_ATTEMPTS
from tocsin.store.actor import acting
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.engine_status import engine_overview, parked_jobs

SABOTAGE = """
create function sabotage() returns trigger language plpgsql as $$
begin
    raise exception 'this row cannot move';
end $$;
create trigger sabotage before update on escalation_policy_state
for each row when (old.alert_id = {alert} and new.state = 'escalating') execute function sabotage();
"""


async def sabotaged(story: Story) -> tuple[int, int]:
    """Two alerts of one service that are due at the same moment; the first cannot move."""
    service = await story.make.service(await story.make.policy(step(await story.user("ann")), repeat=1))
    broken, sound = await story.alert(service, "broken"), await story.alert(service, "sound")
    story.paged()
    await story.pool.execute(SABOTAGE.format(alert=broken))
    return broken, sound


async def use_up_attempts(story: Story) -> None:
    await story.passes(5)
    for _ in range(MOST_ATTEMPTS - 1):
        await story.passes(1)


async def mend(story: Story) -> None:
    await story.pool.execute("drop trigger sabotage on escalation_policy_state")


async def test_an_object_that_fails_delays_no_other(story: Story) -> None:
    _, sound = await sabotaged(story)
    await story.passes(5)
    assert story.paged() == ["ann"]
    assert (await story.events(sound))[-1] == "escalated delay_passed"
    await mend(story)
    await story.passes(1)
    assert story.paged() == ["ann"]


async def test_it_is_tried_again_and_parked_after_the_last_attempt_with_its_error(story: Story) -> None:
    broken, _ = await sabotaged(story)
    await story.passes(5)
    for attempt in range(1, MOST_ATTEMPTS):
        retrying = {depth.kind: depth.retrying for depth in (await engine_overview.load(story.pool)).jobs}
        assert retrying["alert"] == 1, attempt
        assert await parked_jobs.page(story.pool) == []
        await story.passes(1)
    [parked] = await parked_jobs.page(story.pool)
    assert (parked.kind, parked.object_id, parked.attempts) == ("alert", str(broken), MOST_ATTEMPTS)
    assert parked.error_type == "RaiseError"
    assert "this row cannot move" in parked.error
    assert await story.overdue() == [("alert", "parked")]
    await mend(story)
    await parked_jobs.retry(story.pool, parked.id)


async def test_a_parked_job_can_be_retried_with_fresh_attempts(story: Story) -> None:
    broken, _ = await sabotaged(story)
    await use_up_attempts(story)
    story.paged()
    [parked] = await parked_jobs.page(story.pool)
    await mend(story)
    await parked_jobs.retry(story.pool, parked.id)
    await settled(story.pool)
    assert story.paged() == ["ann"]
    assert await parked_jobs.page(story.pool) == []
    assert (await story.events(broken))[-1] == "escalated delay_passed"


async def test_an_event_on_a_parked_object_wakes_it_all_the_same(story: Story) -> None:
    broken, _ = await sabotaged(story)
    await use_up_attempts(story)
    story.paged()
    await mend(story)
    await story.escalate(broken)
    assert story.paged() == ["ann"]
    assert await parked_jobs.page(story.pool) == []
    assert await story.overdue() == []


async def test_an_object_that_fails_again_and_again_is_parked_once(story: Story) -> None:
    broken, _ = await sabotaged(story)
    await use_up_attempts(story)
    [first] = await parked_jobs.page(story.pool)
    await story.pool.execute("select engine_enqueue('alert', $1, now())", str(broken))
    await use_up_attempts(story)
    [second] = await parked_jobs.page(story.pool)
    assert second.id > first.id
    await mend(story)
    await parked_jobs.retry(story.pool, second.id)
    await settled(story.pool)
    assert await story.overdue() == []


async def test_an_object_whose_row_somebody_holds_is_tried_for_ever(story: Story) -> None:
    held = await story.alert(await story.make.service(await story.make.policy(step(await story.user("ann")), repeat=1)))
    story.paged()
    await story.pool.execute("update pgqueuer set attempts = $1 where entrypoint = 'alert'", MOST_ATTEMPTS)
    async with story.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from escalation_policy_state where alert_id = $1 for update", held)
        await story.clock.advance(timedelta(minutes=5))
        await eventually(partial(has_failed_again, story))
    await story.passes(1)
    assert story.paged() == ["ann"]
    assert await parked_jobs.page(story.pool) == []


async def has_failed_again(story: Story) -> bool:
    most: int = await story.pool.fetchval("select coalesce(max(attempts), 0) from pgqueuer where status = 'queued'")
    return most > MOST_ATTEMPTS


async def test_an_object_that_cannot_be_read_delays_no_other(story: Story) -> None:
    ann = await story.user("ann")
    sound = await story.make.service(await story.make.policy(step(ann)))
    unreadable = await story.make.policy(step(ann))
    broken = await story.make.service(unreadable)
    await story.pool.execute("alter table escalation_policy_steps drop constraint escalation_policy_steps_delay_bound")
    await story.pool.execute(
        "update escalation_policy_steps set delay = interval '1000000000 days' where escalation_policy_id = $1",
        unreadable.id,
    )
    async with acting(story.pool, TESTER) as connection:
        for service in (broken, sound):
            new = NewAlert(summary="disk is full", dedup_key=str(service.name))
            await new_alert.raise_alert(connection, service.id, new, TESTER)
    await settled(story.pool)
    assert story.paged() == ["ann"]
    await story.pool.execute("update escalation_policy_steps set delay = interval '5 minutes'")
    await story.passes(1)
    assert story.paged() == ["ann"]
