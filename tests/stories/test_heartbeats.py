"""Heartbeat monitors: silence raises an alert, a ping closes it, and no ping needs a job of its own."""

from datetime import timedelta

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, running_engine, settled
from tests.stories.heartbeats import MISSED, Watched, watched
from tests.stories.on_call import at

from tocsin.store.actor import acting
from tocsin.store.heartbeats import monitors, pings
from tocsin.store.services import services


async def test_a_monitor_that_was_never_pinged_raises_nothing(story: Story) -> None:
    backup = await watched(story)
    await story.passes(100_000)
    assert (await backup.status(), await backup.alerts()) == ("inactive", [])


async def test_silence_pages_after_the_grace_and_the_next_ping_closes_the_alert(story: Story) -> None:
    backup = await watched(story)
    await backup.ping()
    assert await backup.status() == "up"
    await story.passes(10)
    assert (await backup.status(), story.paged()) == ("late", [])
    await story.passes(1.9)
    assert story.paged() == []
    await story.passes(0.1)
    assert (await backup.status(), story.paged()) == ("down", ["ann"])
    assert await backup.alerts() == [(MISSED, "triggered")]
    await story.passes(30)
    await backup.ping()
    assert (await backup.status(), await backup.alerts()) == ("up", [(MISSED, "closed")])
    assert await backup.history() == [("up", "beats"), ("down", "missed"), ("up", "beats")]


async def test_each_time_that_it_is_down_has_one_alert_of_its_own(story: Story) -> None:
    backup = await watched(story)
    for _ in range(2):
        await backup.ping()
        await story.passes(12)
        await story.passes(500)
    assert await backup.alerts() == [(MISSED, "closed"), (MISSED, "triggered")]
    assert story.paged() == ["ann", "ann"]


async def test_an_alert_that_a_person_closes_stays_closed_while_it_is_down(story: Story) -> None:
    backup = await watched(story)
    await backup.ping()
    await story.passes(12)
    await story.close(await story.pool.fetchval("select id from alerts"))
    await story.passes(1000)
    await backup.ping()
    assert await backup.alerts() == [(MISSED, "closed")]


async def test_pings_that_come_in_time_move_the_deadline_without_a_job_of_their_own(story: Story) -> None:
    backup = await watched(story)
    await backup.ping()
    jobs = "select id, execute_after from pgqueuer where entrypoint = 'heartbeat' and status = 'queued'"
    before = await story.pool.fetch(jobs)
    assert len(before) == 1
    for _ in range(5):
        await story.clock.advance(timedelta(minutes=1))
        await backup.ping_in_absence()
        assert await story.pool.fetch(jobs) == before
        assert await story.overdue() == []
    await story.passes(7)  # the job that waits for the first deadline finds another
    assert (await backup.status(), await story.overdue()) == ("up", [])
    await story.passes(4.9)
    assert story.paged() == []
    await story.passes(0.1)
    assert story.paged() == ["ann"]


async def test_a_failure_pages_at_once_and_tells_the_exit_code(story: Story) -> None:
    backup = await watched(story)
    await backup.ping("fail", 3)
    assert (await backup.status(), story.paged()) == ("down", ["ann"])
    await backup.ping("fail", 4)
    assert await backup.alerts() == [("Backup has failed with exit code 3", "triggered")]
    await backup.ping("ok", 0)
    assert await backup.alerts() == [("Backup has failed with exit code 3", "closed")]


async def test_a_run_that_takes_too_long_pages_though_its_next_ping_is_hours_away(story: Story) -> None:
    backup = await watched(story, timeout=timedelta(days=1), run_limit=timedelta(minutes=30))
    await backup.ping()
    await story.passes(60)
    await backup.ping("start")
    await story.passes(29)
    await backup.ping("start")  # again, without an end of the first run
    assert story.paged() == []
    await story.passes(1)
    assert (story.paged(), await backup.alerts()) == (["ann"], [("Backup runs for too long", "triggered")])
    await backup.ping()
    assert await backup.status() == "up"


async def test_a_run_that_ends_brings_the_deadline_nearer_again(story: Story) -> None:
    backup = await watched(story, run_limit=timedelta(days=1))
    await backup.ping()
    await backup.ping("start")
    await story.passes(60)
    assert await backup.status() == "up"
    await backup.ping()
    await story.passes(12)
    assert await backup.status() == "down"


async def test_a_cron_expression_goes_by_the_clocks_of_its_zone(story: Story) -> None:
    backup = await watched(story, cron="30 2 * * *", time_zone="Europe/Berlin", grace=timedelta(minutes=30))
    await at(story, (await story.clock.now()).replace(month=3, day=27, hour=12))
    await backup.ping()
    # On the 28th clocks go from 2:00 to 3:00, and 2:30 does not come.
    await at(story, (await story.clock.now()).replace(day=28, hour=1, minute=29))
    assert (await backup.status(), story.paged()) == ("late", [])
    await story.passes(1)
    assert (await backup.status(), story.paged()) == ("down", ["ann"])


async def test_one_that_is_armed_needs_no_first_ping(story: Story) -> None:
    backup = await watched(story, armed=True)
    await story.passes(12)
    assert story.paged() == ["ann"]
    await backup.arm()
    assert (await backup.status(), await backup.alerts()) == ("up", [(MISSED, "closed")])


async def test_a_paused_monitor_is_not_watched_and_one_that_is_resumed_counts_from_then_on(story: Story) -> None:
    backup = await watched(story)
    await backup.ping()
    await story.passes(12)
    await backup.change(paused=True)
    assert (await backup.status(), await backup.alerts()) == ("paused", [(MISSED, "closed")])
    await story.passes(10_000)
    assert len(await backup.alerts()) == 1
    await backup.change(paused=False)
    await story.passes(11.9)
    assert await backup.status() == "late"
    await story.passes(0.1)
    assert await backup.status() == "down"


async def test_one_that_is_paused_before_its_first_ping_waits_for_that_when_it_is_resumed(story: Story) -> None:
    backup = await watched(story, paused=True)
    await backup.change(paused=False)
    await story.passes(1000)
    assert await backup.status() == "inactive"


async def test_a_muted_monitor_pages_nobody_until_it_is_heard_again(story: Story) -> None:
    backup = await watched(story, muted=True)
    await backup.ping()
    await story.passes(12)
    assert (await backup.status(), story.paged()) == ("down", [])
    await backup.change(muted=False)
    assert story.paged() == ["ann"]


async def test_a_deadline_that_is_brought_forward_counts_from_the_last_ping(story: Story) -> None:
    backup = await watched(story, timeout=timedelta(days=7))
    await backup.ping()
    await story.passes(5)
    await backup.change(timeout=timedelta(minutes=4))
    await story.passes(1)
    assert await backup.status() == "down"


async def test_deleting_a_monitor_closes_its_alert(story: Story) -> None:
    backup = await watched(story)
    await backup.ping("fail")
    async with acting(story.pool, TESTER) as connection:
        await services.lock(connection, backup.service.id)
        await monitors.delete(connection, backup.service.id, backup.monitor.id)
    await settled(story.pool)
    assert await backup.alerts() == [("Backup has failed", "closed")]


async def test_one_that_beats_again_before_any_engine_is_back_raises_nothing(environment: Story, database: str) -> None:
    backup = await watched_without_engine(environment, database)
    await environment.clock.advance(timedelta(minutes=30))
    await backup.ping_in_absence()
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert (await backup.status(), await backup.alerts()) == ("up", [])


async def test_one_that_could_not_be_pinged_while_no_tocsin_ran_has_time_to_ping_again(
    environment: Story, database: str
) -> None:
    backup = await watched_without_engine(environment, database)
    await environment.clock.advance(timedelta(hours=5))
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert (await backup.status(), await backup.alerts()) == ("late", [])
        await environment.passes(9.9)
        assert await backup.alerts() == []
        await environment.passes(0.1)
        assert (await backup.status(), environment.paged()) == ("down", ["ann"])
        assert await backup.alerts() == [(MISSED, "triggered")]


async def test_one_that_pings_again_after_an_absence_of_tocsin_is_watched_as_before(
    environment: Story, database: str
) -> None:
    backup = await watched_without_engine(environment, database)
    await environment.clock.advance(timedelta(hours=5))
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        await environment.passes(2)
        await backup.ping()
        await environment.passes(8)
        assert (await backup.status(), await backup.alerts()) == ("up", [])
        await environment.passes(4)
        assert await backup.alerts() == [(MISSED, "triggered")]


async def watched_without_engine(environment: Story, database: str) -> Watched:
    async with running_engine(database, environment.pool):
        backup = await watched(environment)
        await backup.ping()
    return backup


async def test_the_last_pings_are_kept_and_no_more(story: Story) -> None:
    backup = await watched(story)
    for _ in range(pings.KEPT + 5):
        await backup.ping_in_absence()
    kept = await pings.last(story.pool, backup.monitor.id)
    assert [ping.number for ping in kept] == list(range(pings.KEPT + 5, 5, -1))
