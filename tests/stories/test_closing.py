"""Alerts that close by themselves: left alone for long, or no longer flapping."""

from datetime import timedelta

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.store.actor import acting
from tocsin.store.alerts import actions, flapping, new_alert, notes
from tocsin.store.alerts.actions import ActionOutcome
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services.services import Service


async def service_with(story: Story, **settings: object) -> Service:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    return await story.change_service(service, **settings)


async def report(story: Story, service: Service) -> int:
    new = NewAlert(summary="disk is full", dedup_key="disk")
    raised = await new_alert.raise_alert(story.pool, service.id, new, TESTER)
    await settled(story.pool)
    return raised.alert_id


async def close_by_source(story: Story, alert_id: int) -> ActionOutcome:
    async with acting(story.pool, TESTER) as connection:
        outcome = (await flapping.close_by_source(connection, alert_id, TESTER)).reason
    await settled(story.pool)
    return outcome


async def status(story: Story, alert_id: int) -> str:
    found: str = await story.pool.fetchval("select status from alerts where id = $1", alert_id)
    return found


async def test_an_alert_that_is_left_alone_closes(story: Story) -> None:
    alert = await story.alert(await service_with(story, auto_close_after=minutes(60)))
    await story.passes(59)
    assert await status(story, alert) == "triggered"
    await story.passes(1)
    assert await status(story, alert) == "closed"
    assert (await story.events(alert))[-1] == "closed untouched"
    assert await story.overdue() == []
    assert await story.pool.fetchval("select count(*) from alert_closings") == 0


async def test_whatever_touches_an_alert_begins_its_time_anew(story: Story) -> None:
    service = await service_with(story, auto_close_after=minutes(60))
    alert = await report(story, service)
    await story.passes(50)
    await report(story, service)
    await story.passes(50)
    async with acting(story.pool, TESTER) as connection:
        await notes.add(connection, alert, TESTER, "looking")
    await story.passes(50)
    async with acting(story.pool, TESTER) as connection:
        await actions.snooze(connection, alert, TESTER, minutes(100))
    await story.passes(159)
    assert await status(story, alert) == "triggered"
    assert await story.overdue() == []
    await story.passes(2)
    assert await status(story, alert) == "closed"


async def test_a_time_that_the_service_sets_later_counts_for_open_alerts(story: Story) -> None:
    service = await service_with(story)
    alert = await story.alert(service)
    await story.passes(60)
    service = await story.change_service(service, auto_close_after=minutes(90))
    assert await status(story, alert) == "triggered"
    await story.passes(29)
    service = await story.change_service(service, auto_close_after=None)
    await story.passes(1000)
    assert await status(story, alert) == "triggered"
    await story.change_service(service, auto_close_after=minutes(90))
    assert await status(story, alert) == "closed"


async def test_an_alert_that_flaps_stays_open_until_it_is_well(story: Story) -> None:
    service = await service_with(story, flap_count=3, flap_within=timedelta(minutes=10))
    numbers, outcomes = [], []
    for _ in range(4):
        numbers.append(await report(story, service))
        await story.passes(1)
        outcomes.append(await close_by_source(story, numbers[-1]))
        await story.passes(1)
    assert len(set(numbers)) == 3, "the third stays open and takes the fourth report"
    assert outcomes == [ActionOutcome.CLOSED, ActionOutcome.CLOSED, *[ActionOutcome.CLOSE_PUT_OFF] * 2]
    assert await story.pool.fetchval("select count from alerts where id = $1", numbers[-1]) == 2
    await story.passes(8)
    assert await status(story, numbers[-1]) == "triggered"
    await story.passes(1)
    assert await status(story, numbers[-1]) == "closed"
    assert (await story.events(numbers[-1]))[-1] == "closed recovered"
    assert await story.overdue() == []


async def test_a_report_before_it_is_well_is_a_new_outbreak(story: Story) -> None:
    service = await service_with(story, flap_count=2, flap_within=timedelta(minutes=10))
    await close_by_source(story, await report(story, service))
    alert = await report(story, service)
    assert await close_by_source(story, alert) is ActionOutcome.CLOSE_PUT_OFF
    await story.passes(5)
    assert await report(story, service) == alert
    await story.passes(1000)
    assert await status(story, alert) == "triggered"
    assert await close_by_source(story, alert) is ActionOutcome.CLOSED


async def test_a_person_closes_an_alert_that_flaps_at_once(story: Story) -> None:
    service = await service_with(story, flap_count=2, flap_within=timedelta(minutes=10))
    await close_by_source(story, await report(story, service))
    alert = await report(story, service)
    await close_by_source(story, alert)
    await story.close(alert)
    assert await status(story, alert) == "closed"


async def test_rare_closes_are_no_flapping(story: Story) -> None:
    service = await service_with(story, flap_count=2, flap_within=timedelta(minutes=10))
    for _ in range(5):
        assert await close_by_source(story, await report(story, service)) is ActionOutcome.CLOSED
        await story.passes(11)
