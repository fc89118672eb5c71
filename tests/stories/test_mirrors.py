"""P1 to P3: whom each step would page is mirrored with its history, by those it concerns, and never waited for."""

from collections.abc import Sequence
from datetime import time, timedelta

from tests.fixtures.engine import Story, running_engine
from tests.fixtures.factories import rule, step
from tests.stories.on_call import MONDAY, at, change_rotation, override, who_is_paged

Row = tuple[int, str, float, float | None]


async def mirror(story: Story) -> Sequence[Row]:
    """Each stint: step, user, and from when until when in hours after Monday's midnight."""
    rows = await story.pool.fetch(
        "select step_number, users.name, start_time, end_time from ep_step_on_call_users"
        " join escalation_policy_steps as steps on steps.id = ep_step_id join users on users.id = user_id"
        " order by start_time, step_number, users.name"
    )
    hour = timedelta(hours=1)
    return [(row[0], row[1], (row[2] - MONDAY) / hour, row[3] and (row[3] - MONDAY) / hour) for row in rows]


async def test_p1_the_mirror_has_users_the_active_participant_and_the_users_on_call(story: Story) -> None:
    await at(story, MONDAY)
    ann, ben, cid, dee = [await story.user(name) for name in ("ann", "ben", "cid", "dee")]
    rotation = await story.make.rotation(ben, cid, start_at=MONDAY)
    schedule = await story.make.schedule(rule(dee, time(8), time(16)))
    policy = await story.make.policy(step(ann, rotation), step(schedule))
    await story.passes(0)
    await at(story, MONDAY.replace(hour=8))
    assert await mirror(story) == [(0, "ann", 0, None), (0, "ben", 0, None), (1, "dee", 8, None)]
    await at(story, MONDAY + timedelta(hours=24))
    gone, stays, came = (0, "ben", 0, 24), (0, "ann", 0, None), (0, "cid", 24, None)
    assert await mirror(story) == [stays, gone, (1, "dee", 8, 16), came]
    await story.change_policy(policy, step(dee))
    assert [row[:2] for row in await mirror(story) if row[3] is None] == [(0, "dee")]


async def test_p2_only_the_policies_that_use_what_has_changed_are_woken(story: Story) -> None:
    await at(story, MONDAY)
    ann, ben = await story.user("ann"), await story.user("ben")
    rotation, other = [await story.make.rotation(ann, start_at=MONDAY) for _ in range(2)]
    schedule = await story.make.schedule(rule(rotation))
    by_rotation, by_schedule = await story.make.policy(step(rotation)), await story.make.policy(step(schedule))
    await story.make.policy(step(other), step(ann), step(await story.make.schedule(rule(ann))))
    await story.passes(0)
    await story.pool.execute(
        "create table woken (job text);"
        "create function note() returns trigger language plpgsql as $$ begin"
        " insert into woken values (new.entrypoint || ' ' || convert_from(new.payload, 'UTF8')); return null; end $$;"
        "create trigger note after insert or update of execute_after on pgqueuer for each row execute function note()"
    )
    await change_rotation(story, rotation, ben)
    woken = {row["job"] for row in await story.pool.fetch("select job from woken")}
    wanted = {f"rotation {rotation.id}", f"schedule {schedule.id}"}
    assert woken == wanted | {f"policy {policy.id}" for policy in (by_rotation, by_schedule)}


async def test_p3_an_alert_pages_who_is_on_call_although_the_mirrors_job_still_waits(
    environment: Story, database: str
) -> None:
    async with running_engine(database, environment.pool):
        await at(environment, MONDAY)
        ann, ben = await environment.user("ann"), await environment.user("ben")
        schedule = await environment.make.schedule(rule(ann, time(0), time(8)), rule(ben, time(8), time(0)))
        service = await environment.make.service(await environment.make.policy(step(schedule)))
        assert await who_is_paged(environment, service) == ["ann"]
    await environment.clock.advance(timedelta(hours=9))
    put_off = "execute_after = execute_after + interval '1 day' where entrypoint in ('schedule', 'policy')"
    await environment.pool.execute(f"update pgqueuer set {put_off}")
    async with running_engine(database, environment.pool):
        assert await who_is_paged(environment, service) == ["ben"]
        assert await mirror(environment) == [(0, "ann", 0, 8), (0, "ben", 8, None)]


async def test_p3_somebody_removed_a_moment_ago_is_not_paged(story: Story) -> None:
    await at(story, MONDAY)
    ann, ben = await story.user("ann"), await story.user("ben")
    schedule = await story.make.schedule(rule(ann))
    service = await story.make.service(await story.make.policy(step(schedule)))
    await story.passes(0)
    await override(story, schedule, (0, 24), add=ben, remove=ann)
    assert await who_is_paged(story, service) == ["ben"]
