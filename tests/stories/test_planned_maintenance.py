"""M1 to M3 for maintenance that is planned: windows come once or every week, and let through what they should."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, running_engine, settled
from tests.fixtures.factories import step
from tests.stories.on_call import MONDAY, at

from tocsin.engine.queue.executor import MOST_ATTEMPTS
from tocsin.errors import Conflict
from tocsin.store.actor import acting
from tocsin.store.alerts import actions, alert_list, forecast
from tocsin.store.engine_status import parked_jobs
from tocsin.store.engine_status.parked_jobs import ParkedJob
from tocsin.store.services import maintenance_windows
from tocsin.store.services.maintenance_windows import MaintenanceWindow, MaintenanceWindowSpec
from tocsin.store.services.services import Service


async def one_step(story: Story) -> Service:
    await at(story, MONDAY)
    return await story.make.service(await story.make.policy(step(await story.user("ann"), delay=minutes(600))))


async def window(
    story: Story, service: Service, start_at: datetime, long: float, *, weekly: bool = False, time_zone: str = "UTC"
) -> MaintenanceWindow:
    """A window from ``start_at`` on, of so many minutes, which the engine has taken note of."""
    made = await plan(story, service, start_at, long, weekly=weekly, time_zone=time_zone)
    await settled(story.pool)
    return made


async def plan(
    story: Story, service: Service, start_at: datetime, long: float, *, weekly: bool = False, time_zone: str = "UTC"
) -> MaintenanceWindow:
    spec = MaintenanceWindowSpec(start_at, start_at + minutes(long), weekly, time_zone)
    async with acting(story.pool, TESTER) as connection:
        return await maintenance_windows.create(connection, service.id, spec)


async def test_m1_alerts_of_a_window_wait_for_its_end(story: Story) -> None:
    service = await one_step(story)
    await window(story, service, MONDAY + minutes(60), 30)
    await story.passes(59)
    await story.alert(service, "before")
    assert story.paged() == ["ann"]
    await story.passes(1)
    alert = await story.alert(service, "within")
    await story.passes(29)
    assert story.paged() == []
    assert await story.events(alert) == ["created", "held in_maintenance"]
    await story.passes(1)
    assert story.paged() == ["ann"]
    await story.alert(service, "afterwards")
    assert story.paged() == ["ann"]


async def test_m1_a_weekly_window_comes_at_the_same_time_on_the_clocks_of_its_zone(story: Story) -> None:
    service = await one_step(story)
    sunday = datetime.fromisoformat("2027-03-21T03:00:00+01:00")
    await window(story, service, sunday, 60, weekly=True, time_zone="Europe/Berlin")
    for start in (sunday, datetime.fromisoformat("2027-03-28T03:00:00+02:00")):
        for time, held in ((-0.5, False), (0, True), (59.5, True), (60, False)):
            await at(story, start + minutes(time))
            alert = await story.alert(service, f"{start} {time}")
            assert (story.paged() == []) is held, (start, time)
            await story.close(alert)


async def test_m2_windows_that_overlap_end_as_one(story: Story) -> None:
    service = await one_step(story)
    await window(story, service, MONDAY, 30)
    await window(story, service, MONDAY + minutes(20), 30)
    await story.alert(service)
    await story.passes(30)
    assert story.paged() == []
    await story.passes(20)
    assert story.paged() == ["ann"]


async def test_m3_deleting_the_window_that_runs_starts_its_alerts_at_once(story: Story) -> None:
    service = await one_step(story)
    running = await window(story, service, MONDAY, 30)
    await story.alert(service)
    assert story.paged() == []
    async with acting(story.pool, TESTER) as connection:
        await maintenance_windows.delete(connection, service.id, running.id)
    await settled(story.pool)
    assert story.paged() == ["ann"]


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [("*", True), ("FIRE*", True), ("fire", False), ("?ire in the kitchen", True), ("*smoke*", False)],
)
async def test_m1_its_exceptions_let_through_what_matches_them_whole(story: Story, pattern: str, passes: bool) -> None:
    service = await story.change_service(await one_step(story), maintenance_exceptions=[pattern])
    await window(story, service, MONDAY, 30)
    await story.alert(service, "Fire in the kitchen")
    assert story.paged() == (["ann"] if passes else [])


async def test_m1_an_exception_that_is_added_during_maintenance_lets_go_at_once(story: Story) -> None:
    service = await one_step(story)
    service = await story.change_service(service, maintenance_expires_at=MONDAY + timedelta(hours=1))
    await story.alert(service, "fire"), await story.alert(service, "disk")
    assert story.paged() == []
    await story.change_service(service, maintenance_exceptions=["fire"])
    assert story.paged() == ["ann"]


async def test_m1_an_alert_due_as_a_window_begins_is_held_though_the_services_job_comes_later(story: Story) -> None:
    service = await one_step(story)
    await window(story, service, MONDAY + minutes(60), 30)
    later = "update pgqueuer set execute_after = execute_after + interval '1 minute' where entrypoint = 'service'"
    await story.pool.execute(later)
    await story.passes(60)
    await story.alert(service)
    assert story.paged() == []
    await story.passes(30)
    assert story.paged() == ["ann"]


@pytest.mark.parametrize("planned", ["before the engine stopped", "while there was none"])
async def test_a5_in_a_window_that_no_engine_has_seen_begin_escalating_is_refused_with_the_reason(
    database: str, environment: Story, planned: str
) -> None:
    service = await one_step(environment)
    async with running_engine(database, environment.pool):
        alert = await environment.alert(service)
        if planned == "before the engine stopped":
            await window(environment, service, MONDAY + minutes(60), 30)
    if planned == "while there was none":
        await plan(environment, service, MONDAY + minutes(60), 30)
    await environment.clock.move_to(MONDAY + minutes(61))
    assert (await alert_list.get(environment.pool, alert)).escalation.held_until == MONDAY + minutes(90)
    [shown] = (await alert_list.page(environment.pool, alert_list.AlertFilter(), None, 10)).items
    assert shown.escalation.held_until == MONDAY + minutes(90)
    async with acting(environment.pool, TESTER) as connection:
        with pytest.raises(Conflict, match="the service is in maintenance until 2027-01-04T01:30:00Z"):
            await actions.escalate(connection, alert, TESTER)
    foreseen = (await forecast.of_alert(environment.pool, alert)).forecast
    assert all(event.at >= MONDAY + minutes(90) for event in foreseen.events if event.kind == "page")
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert (await alert_list.get(environment.pool, alert)).escalation.held_until == MONDAY + minutes(90)


async def test_a5_a_window_that_was_deleted_while_there_was_no_engine_holds_nothing(
    database: str, environment: Story
) -> None:
    service = await one_step(environment)
    async with running_engine(database, environment.pool):
        alert = await environment.alert(service)
        running = await window(environment, service, MONDAY, 30)
    async with acting(environment.pool, TESTER) as connection:
        await maintenance_windows.delete(connection, service.id, running.id)
    assert (await alert_list.get(environment.pool, alert)).escalation.held_until is None
    async with acting(environment.pool, TESTER) as connection:
        await actions.escalate(connection, alert, TESTER)


async def test_m1_a_window_in_a_zone_that_nobody_knows_blocks_no_alert_of_its_service(story: Story) -> None:
    service = await one_step(story)
    unknown = await window(story, service, MONDAY + minutes(60), 30)
    await story.pool.execute("update maintenance_windows set time_zone = 'Nowhere/Never'")
    await story.passes(60)
    await story.alert(service, "as the window begins")
    assert story.paged() == ["ann"]
    assert ("service", str(service.id)) in [(job.kind, job.object_id) for job in await parked(story)]
    async with acting(story.pool, TESTER) as connection:
        await maintenance_windows.delete(connection, service.id, unknown.id)
    await settled(story.pool)


async def test_m3_a_maintenance_by_hand_is_cleared_although_a_window_cannot_be_read(story: Story) -> None:
    service = await one_step(story)
    service = await story.change_service(service, maintenance_expires_at=MONDAY + minutes(30))
    await story.alert(service)
    unknown = await window(story, service, MONDAY + minutes(600), 30)
    await story.pool.execute("update maintenance_windows set time_zone = 'Nowhere/Never'")
    assert story.paged() == []
    await story.change_service(service, maintenance_expires_at=None)
    assert story.paged() == ["ann"]
    async with acting(story.pool, TESTER) as connection:
        await maintenance_windows.delete(connection, service.id, unknown.id)
    await settled(story.pool)


async def parked(story: Story) -> Sequence[ParkedJob]:
    """What is parked once all attempts are used up."""
    for _ in range(MOST_ATTEMPTS):
        await story.passes(1)
    return await parked_jobs.page(story.pool)
