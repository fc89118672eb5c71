"""N1: of several overdue pages of one alert to one contact method, of whichever cycles, only the latest is sent."""

from collections import Counter

import pytest
from tests.fixtures.engine import Story, minutes, running_engine, settled
from tests.fixtures.factories import step

from tocsin.store.alerts import forecast
from tocsin.store.services.services import Service


async def one_step(story: Story, *delays: float, long: float = 60) -> Service:
    """A service that pages ann on one step of so many minutes, for ever."""
    ann = await story.user("ann", *delays)
    return await story.make.service(await story.make.policy(step(ann, delay=minutes(long)), repeat=None))


async def outcomes(story: Story, alert_id: int) -> Counter[str]:
    """How many of the alert's pages ended in each state, with its reason."""
    rows = await story.pool.fetch("select status, reason from outgoing_messages where alert_id = $1", alert_id)
    return Counter(" ".join(filter(None, (row["status"], row["reason"]))) for row in rows)


async def test_n1_of_two_cycles_that_no_engine_saw_to_only_the_latest_page_goes_out(
    database: str, environment: Story
) -> None:
    service = await one_step(environment, 0, 30)
    async with running_engine(database, environment.pool):
        alert = await environment.alert(service)
        await environment.passes(4)
        await environment.escalate(alert)
        assert environment.paged() == ["ann", "ann"]
    await environment.clock.advance(minutes(34))
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert environment.paged() == ["ann"]
        assert await outcomes(environment, alert) == {"sent": 3, "bundled later_page_says_it": 1}
        [later] = await environment.pool.fetch(
            "select escalation_count from outgoing_messages where status = 'sent' order by created_at desc limit 1"
        )
        assert later["escalation_count"] == 2
        assert "bundled later_page_says_it" in await environment.page_states(alert)
        assert await environment.overdue() == []


async def test_n1_an_alert_that_is_overdue_too_moves_first_and_its_page_is_the_one(
    database: str, environment: Story
) -> None:
    service = await one_step(environment, 0, 30, long=40)
    async with running_engine(database, environment.pool):
        alert = await environment.alert(service)
        assert environment.paged() == ["ann"]
    await environment.clock.advance(minutes(50))
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert environment.paged() == ["ann"]
        assert await outcomes(environment, alert) == {"sent": 2, "bundled later_page_says_it": 1}


@pytest.mark.parametrize("long", [5, 2.5])
async def test_n1_a_rule_that_is_due_when_a_step_pages_again_is_one_page_with_it_as_foreseen(
    story: Story, long: float
) -> None:
    service = await one_step(story, 0, 5, long=long)
    foreseen = (await forecast.of_service(story.pool, service.id, None)).forecast
    begin = await story.clock.now()
    planned = [event.at for event in foreseen.events if event.kind == "page" and not event.bundled]
    expected = [round((at - begin) / minutes(long)) for at in planned if at <= begin + minutes(20)]
    assert expected == list(range(round(20 / long) + 1))
    alert = await story.alert(service)
    for _ in expected[1:]:
        assert story.paged() == ["ann"]
        await story.passes(long)
    assert story.paged() == ["ann"]
    assert set(await outcomes(story, alert)) == {"sent", "bundled later_page_says_it"}


async def test_n1_with_a_clock_that_runs_a_step_entered_a_little_late_still_counts_as_the_same_moment(
    story: Story,
) -> None:
    """The second entry begins some milliseconds after it was due, so all that follows from it is later, too."""
    alert = await story.alert(await one_step(story, 0, 10, long=5))
    await story.clock.advance(minutes(5) + minutes(0.04 / 60))
    await settled(story.pool)
    assert story.paged() == ["ann", "ann"]
    await story.passes(5 - 0.04 / 60)
    assert story.paged() == []
    await story.passes(0.04 / 60)
    assert story.paged() == ["ann"]
    assert await outcomes(story, alert) == {"sent": 3, "bundled later_page_says_it": 1}


async def test_n1_a_page_that_waits_for_its_next_attempt_is_bundled_into_a_later_one(story: Story) -> None:
    story.phone.script(503)
    alert = await story.alert(await one_step(story, 0, 0.05))
    assert story.paged() == ["ann"]
    await story.passes(0.05)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == []
    assert await outcomes(story, alert) == {"sent": 1, "bundled later_page_says_it": 1}


async def test_n1_a_page_whose_later_one_failed_for_good_still_goes_out(story: Story) -> None:
    story.phone.script(503)
    alert = await story.alert(await one_step(story, 0, 0.05))
    await story.pool.execute("alter table outgoing_messages disable trigger wakeup_on_insert")
    await story.passes(0.05)
    await story.pool.execute(
        "update outgoing_messages set status = 'failed', next_attempt = null where status = 'pending' and attempts = 0"
    )
    await story.passes(1)
    assert story.paged() == ["ann", "ann"]
    assert (await outcomes(story, alert))["sent"] == 1


async def test_n1_of_overdue_pages_to_a_channel_only_the_latest_goes_out(database: str, environment: Story) -> None:
    room = await environment.make.channel("room", environment.address("room"))
    service = await environment.make.service(await environment.make.policy(step(room, delay=minutes(10)), repeat=None))
    environment.phone.script(503)
    async with running_engine(database, environment.pool):
        alert = await environment.alert(service)
        assert environment.paged() == ["room"]
    await environment.clock.advance(minutes(10))
    async with running_engine(database, environment.pool):
        await settled(environment.pool)
        assert environment.paged() == ["room"]
        assert await outcomes(environment, alert) == {"sent": 1, "bundled later_page_says_it": 1}


async def test_n1_after_a_maintenance_a_page_that_it_put_off_is_bundled_into_that_of_the_step_entered_then(
    story: Story,
) -> None:
    service = await one_step(story, 0, long=5)
    story.phone.script(503)
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(10))
    await story.passes(8)
    assert story.paged() == []
    await story.passes(2)
    assert story.paged() == ["ann"]
    assert await outcomes(story, alert) == {"sent": 1, "bundled later_page_says_it": 1}


async def test_n1_pages_of_two_alerts_at_one_moment_both_go_out(story: Story) -> None:
    service = await one_step(story, 0, 5)
    await story.alert(service, "fire"), await story.alert(service, "flood")
    story.paged()
    await story.passes(5)
    assert story.paged() == ["ann", "ann"]


async def test_n1_an_alert_whose_job_has_failed_and_is_tried_again_holds_up_no_page(story: Story) -> None:
    await story.alert(await one_step(story, 0, 5, long=5))
    story.paged()
    await story.pool.execute(
        "update pgqueuer set attempts = 1, execute_after = execute_after + interval '1 minute'"
        " where entrypoint = 'alert'"
    )
    await story.passes(5)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == ["ann"]
