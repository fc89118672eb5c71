"""A4: an acknowledgement holds for good, for the service's time, or for as long as somebody snoozes the alert."""

from datetime import datetime, timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.store.actor import acting
from tocsin.store.alerts import actions, forecast
from tocsin.store.services.services import Service


async def two_steps(story: Story, ack_timeout: timedelta | None = None) -> Service:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann), step(ben)))
    return await story.change_service(service, ack_timeout=ack_timeout)


async def snooze(story: Story, alert_id: int, minutes_long: float) -> None:
    async with acting(story.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, minutes(minutes_long))
    await settled(story.pool)


async def test_a4_without_a_time_an_acknowledgement_holds_for_good(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.acknowledge(alert)
    await story.passes(60 * 24 * 365)
    assert story.paged() == ["ann"]


async def test_a4_when_it_runs_out_the_step_it_stood_on_is_entered_again_and_climbs_on(story: Story) -> None:
    alert = await story.alert(await two_steps(story, minutes(30)))
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    await story.acknowledge(alert)
    await story.passes(30)
    assert story.paged() == ["ben"]
    assert (await story.events(alert))[-2:] == [
        "reopened acknowledgement_ran_out",
        "escalated acknowledgement_ran_out",
    ]
    await story.passes(5)
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"


async def test_a4_closing_ends_the_time_too(story: Story) -> None:
    alert = await story.alert(await two_steps(story, minutes(30)))
    await story.acknowledge(alert)
    await story.close(alert)
    await story.passes(60)
    assert story.paged() == ["ann"]


async def test_a4_a_time_that_runs_out_in_maintenance_is_made_up_for_afterwards(story: Story) -> None:
    service = await two_steps(story, minutes(30))
    alert = await story.alert(service)
    await story.acknowledge(alert)
    await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(60))
    await story.passes(30)
    assert story.paged() == ["ann"]
    assert await story.status(alert) == "triggered"
    await story.passes(30)
    assert story.paged() == ["ann"]
    await story.passes(5)
    assert story.paged() == ["ben"]


async def test_a4_snoozing_counts_whatever_the_service_says_and_can_be_made_shorter(story: Story) -> None:
    alert = await story.alert(await two_steps(story, minutes(5)))
    assert story.paged() == ["ann"]
    await snooze(story, alert, 60)
    await story.passes(6)
    assert story.paged() == []
    await snooze(story, alert, 10)
    await story.passes(10)
    assert story.paged() == ["ann"]


async def test_a5_a_snoozed_alert_can_be_escalated_and_forgets_its_sleep(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await snooze(story, alert, 3)
    await story.escalate(alert)
    assert story.paged() == ["ann", "ben"]
    await story.passes(3)
    assert story.paged() == []
    assert await story.status(alert) == "triggered"


async def test_a4_a_time_that_is_set_or_changed_later_counts_from_the_acknowledgement(story: Story) -> None:
    service = await two_steps(story)
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    acknowledged_at = await story.clock.now()
    await story.acknowledge(alert)
    await story.passes(10)
    service = await story.change_service(service, ack_timeout=minutes(60))
    await story.passes(10)
    service = await story.change_service(service, ack_timeout=minutes(30))
    assert await acknowledged_until(story, alert) == acknowledged_at + minutes(30)
    assert (await forecast.of_alert(story.pool, alert)).forecast.events[0].at == acknowledged_at + minutes(30)
    await story.passes(10)
    assert story.paged() == ["ann"]
    assert (await story.events(alert))[-4:-2] == ["acknowledgement_changed ack_timeout_changed"] * 2


async def test_a4_a_time_that_has_passed_when_it_is_set_makes_the_alert_triggered_at_once(story: Story) -> None:
    service = await two_steps(story)
    alert, other = await story.alert(service, "fire"), await story.alert(service, "flood")
    await story.acknowledge(alert), await story.acknowledge(other)
    story.paged()
    await story.passes(10)
    await story.change_service(service, ack_timeout=minutes(5))
    assert story.paged() == ["ann", "ann"]
    assert (await story.status(alert), await story.status(other)) == ("triggered", "triggered")


async def test_a4_a_time_that_is_removed_runs_out_no_more(story: Story) -> None:
    service = await two_steps(story, minutes(30))
    alert = await story.alert(service)
    await story.acknowledge(alert)
    await story.change_service(service, ack_timeout=None)
    await story.passes(60)
    assert story.paged() == ["ann"]
    assert await acknowledged_until(story, alert) is None


@pytest.mark.parametrize("later", [None, minutes(1)])
async def test_a4_a_snooze_stays_whatever_the_time_becomes(story: Story, later: timedelta | None) -> None:
    service = await two_steps(story, minutes(30))
    alert = await story.alert(service)
    await snooze(story, alert, 20)
    await story.change_service(service, ack_timeout=later)
    await story.passes(19)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == ["ann"]


async def test_a4_acknowledging_again_after_a_snooze_follows_the_service_once_that_lasts_longer(story: Story) -> None:
    service = await two_steps(story, minutes(30))
    alert = await story.alert(service)
    await snooze(story, alert, 40)
    await story.acknowledge(alert)
    assert await acknowledged_until(story, alert) == await story.clock.now() + minutes(40)
    await story.passes(20)
    await story.acknowledge(alert)
    service = await story.change_service(service, ack_timeout=minutes(5))
    assert await acknowledged_until(story, alert) == await story.clock.now() + minutes(5)


async def acknowledged_until(story: Story, alert_id: int) -> datetime | None:
    until: datetime | None = await story.pool.fetchval("select acknowledged_until from alerts where id = $1", alert_id)
    return until
