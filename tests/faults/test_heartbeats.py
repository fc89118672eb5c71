"""Heartbeat monitors whose rows or jobs are lost, or whose engine is killed: silence still raises one alert."""

import signal
from collections.abc import Awaitable, Callable

import pytest
from tests.faults.processes import engine_process
from tests.faults.test_healing_rows import disabled, heals, reasons, second_look_at_once  # noqa: F401 - a fixture
from tests.fixtures.engine import Story, eventually, minutes, running_engine, settled
from tests.stories.heartbeats import MISSED, Watched, watched

MONITORS = 60


def is_(backup: Watched, shown: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await backup.status() == shown

    return holds


async def test_one_that_was_up_and_has_lost_its_row_is_counted_anew(story: Story) -> None:
    backup = await watched(story)
    await backup.ping()
    await story.passes(5)
    await disabled(story, "delete from heartbeat_state")
    await heals(story, is_(backup, "up"))
    assert await reasons(story, "heartbeat") == {"no_state"}
    await story.passes(11.9)
    assert story.paged() == []
    await story.passes(0.1)
    assert story.paged() == ["ann"]


async def test_one_that_was_down_and_has_lost_its_row_keeps_its_alert(story: Story) -> None:
    backup = await watched(story)
    await backup.ping("fail")
    await disabled(story, "delete from heartbeat_state")
    await heals(story, is_(backup, "down"))
    assert story.paged() == ["ann"]
    await backup.ping()
    assert await backup.alerts() == [("Backup has failed", "closed")]


async def test_a_ping_of_one_that_has_lost_its_row_is_taken_in(environment: Story, database: str) -> None:
    async with running_engine(database, environment.pool):
        backup = await watched(environment)
        await backup.ping("fail")
    await disabled(environment, "delete from heartbeat_state")
    await backup.ping_in_absence()
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
    assert (await backup.status(), await backup.alerts()) == ("up", [("Backup has failed", "closed")])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("delete from pgqueuer", "no_job"),
        ("update pgqueuer set execute_after = execute_after + interval '1 year'", "job_too_late"),
        ("update heartbeat_state set next_change = null", "differs"),
        ("update heartbeat_state set next_change = next_change + interval '1 year'", "differs"),
    ],
)
async def test_it_goes_down_in_time_though_its_job_or_its_moment_is_lost(
    story: Story, damage: str, reason: str
) -> None:
    backup = await watched(story)
    await backup.ping()
    await story.passes(9)
    await disabled(story, damage)
    await heals(story, is_(backup, "up"))
    assert reason in await reasons(story, "heartbeat")
    await story.passes(3)
    assert await backup.alerts() == [(MISSED, "triggered")]


async def test_a_ping_that_no_trigger_saw_closes_the_alert(story: Story) -> None:
    backup = await watched(story)
    await backup.ping("fail")
    await disabled(story, "update heartbeat_state set failed_at = null, last_ok_at = now()")
    await heals(story, is_(backup, "up"))
    assert await backup.alerts() == [("Backup has failed", "closed")]


async def test_an_engine_that_is_killed_leaves_each_alert_to_be_raised_once_by_another(
    environment: Story, database: str
) -> None:
    async with engine_process(database, environment.pool) as process:
        backup = await watched(environment, armed=True)
        for number in range(1, MONITORS):
            await environment.make.heartbeat_monitor(backup.service, armed=True, name=f"Backup {number}")
        await settled(environment.pool)
        await environment.clock.advance(minutes(12))

        async def some_are_down() -> bool:
            return bool(await environment.pool.fetchval("select exists (select from alerts)"))

        await eventually(some_are_down)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with running_engine(database, environment.pool):
        await environment.clock.advance(
            minutes(1)
        )  # frees what one picked that was killed before its first sign of life
        await settled(environment.pool, within=60)
        assert await environment.overdue() == []
    found = await environment.pool.fetchrow(
        "select count(*), count(distinct dedup_key) as keys, sum(count)::integer as raised from alerts"
    )
    assert found is not None
    assert tuple(found) == (MONITORS, MONITORS, MONITORS)
    assert await environment.pool.fetchval("select count(*) from heartbeat_history where status = 'down'") == MONITORS
