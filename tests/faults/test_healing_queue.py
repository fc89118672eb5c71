"""Jobs that are lost, in whatever way, are made again while the engine runs, and nothing is late for it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, eventually, minutes, running_engine, settled
from tests.fixtures.factories import rule, step

from tocsin.db.pool import Pool
from tocsin.engine.healing.full_check import full_check
from tocsin.engine.healing.sweep import Sweep
from tocsin.store.actor import acting

# What a sweep a second with a look ahead every tenth takes, on a busy machine.
SOON = 15


async def is_healthy(pool: Pool) -> bool:
    return not await full_check(pool)


async def repaired(pool: Pool) -> Sequence[tuple[str, str]]:
    """Kind and reason of every repair."""
    rows = await pool.fetch("select distinct kind, reason from engine_repairs order by kind, reason")
    return [(row["kind"], row["reason"]) for row in rows]


async def everything(story: Story) -> int:
    """An object of each kind that changes by itself, each with its next change in minutes; returns an alert."""
    make = story.make
    ann, ben = await story.user("Ann", 0, 3), await story.user("Ben")
    rotation = await make.rotation(ann, ben, kind="hourly", start_at=await story.clock.now() - minutes(57))
    schedule = await make.schedule(rule(rotation))
    service = await make.service(await make.policy(step(schedule, delay=minutes(4)), step(ben)))
    async with acting(story.pool, TESTER) as connection:
        await connection.execute(
            "insert into maintenance_windows (service_id, start_at, end_at)"
            " values ($1, now() + interval '1 day', now() + interval '2 days')",
            (await make.service(await make.policy(step(ann)))).id,
        )
    await settled(story.pool)
    return await story.alert(service)


@pytest.mark.parametrize("loss", ["truncate pgqueuer", "delete from pgqueuer"])
async def test_lost_jobs_are_made_again_before_anything_is_due(story: Story, loss: str) -> None:
    await everything(story)
    assert story.paged() == ["Ann"]
    before = await story.pool.fetch("select kind, id, due from engine_due order by kind, id, due")
    await story.pool.execute(loss)
    await Sweep(story.pool).run_once()
    assert await story.overdue() == []
    assert before == await story.pool.fetch("select kind, id, due from engine_due order by kind, id, due")
    assert ("alert", "no_job") in await repaired(story.pool)
    await story.passes(3)
    assert story.paged() == ["Ann"]
    await story.passes(1)
    assert story.paged() == ["Ben"]


async def test_jobs_put_off_by_hand_are_brought_back(story: Story) -> None:
    await everything(story)
    story.paged()
    await story.pool.execute("update pgqueuer set execute_after = execute_after + interval '1 day'")
    await Sweep(story.pool).run_once()
    assert await story.overdue() == []
    assert ("alert", "job_too_late") in await repaired(story.pool)
    await story.passes(4)
    assert story.paged() == ["Ann", "Ben"]


async def test_what_is_due_far_ahead_is_seen_by_the_full_check_and_made_soon(environment: Story, database: str) -> None:
    policy = await environment.make.policy(step(await environment.user("Ann"), delay=timedelta(hours=6)))
    async with running_engine(database, environment.pool):
        alert_id = await environment.alert(await environment.make.service(policy))
    await environment.pool.execute("delete from pgqueuer")
    [found] = await full_check(environment.pool)
    assert (found.kind, found.id, found.reason) == ("alert", str(alert_id), "no_job")
    sweep = Sweep(environment.pool)
    for _ in range(11):
        sweep._pauses_until = 0.0
        await sweep.run_once()
    assert await is_healthy(environment.pool)


async def test_an_engine_down_for_six_hours_goes_on_with_one_step_per_alert(environment: Story, database: str) -> None:
    service = await environment.make.service(
        await environment.make.policy(
            step(await environment.user("Ann")), step(await environment.user("Ben")), repeat=0
        )
    )
    async with running_engine(database, environment.pool):
        await environment.alert(service)
    assert environment.paged() == ["Ann"]
    await environment.pool.execute("truncate pgqueuer")
    await environment.clock.advance(timedelta(hours=6))
    async with running_engine(database, environment.pool):

        async def ben_is_paged() -> bool:
            return environment.paged() == ["Ben"]

        await eventually(ben_is_paged, within=SOON)
