"""An alert that a routing rule delays is open at once, and enters its first step only after that."""

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step

from tocsin.engine.healing.full_check import full_check
from tocsin.store.actor import acting
from tocsin.store.alerts import actions, forecast


async def test_it_pages_only_if_it_is_still_open_then(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(ann)))
    stays = await story.alert(service, "stays", delay=minutes(3))
    goes = await story.alert(service, "goes", delay=minutes(3))
    assert [await story.status(alert) for alert in (stays, goes)] == ["triggered", "triggered"]
    told = (await forecast.of_alert(story.pool, stays)).forecast
    assert told.events[0].at - told.at == minutes(3)
    await story.passes(2.9)
    await story.close(goes)
    assert await full_check(story.pool) == []
    await story.passes(0.1)
    assert story.paged() == ["ann"]
    assert await story.events(stays) == ["created", "escalated first_step"]
    assert await story.events(goes) == ["created", "closed"]


async def test_its_row_that_is_lost_comes_back_with_the_delay(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann)))
    alert = await story.alert(service, delay=minutes(3))
    before = await story.standing(alert)
    await story.pool.execute("delete from escalation_policy_state")
    await story.pool.execute("select engine_enqueue('alert', $1, now())", str(alert))
    await story.passes(1)
    after = await story.standing(alert)
    assert before is not None
    assert after is not None
    assert (after["state"], after["next_escalation"]) == ("new", before["next_escalation"])
    await story.change_service(service, escalation_policy_id=(await story.make.policy(step(ben))).id)
    assert story.paged() == []
    await story.passes(2)
    assert story.paged() == ["ben"]


async def test_who_escalates_it_by_hand_need_not_wait(story: Story) -> None:
    ann = await story.user("ann")
    alert = await story.alert(await story.make.service(await story.make.policy(step(ann))), delay=minutes(3))
    await story.escalate(alert)
    assert story.paged() == ["ann"]


async def test_an_acknowledgement_that_is_taken_back_leaves_it_waiting(story: Story) -> None:
    ann = await story.user("ann")
    alert = await story.alert(await story.make.service(await story.make.policy(step(ann))), delay=minutes(3))
    await story.acknowledge(alert)
    async with acting(story.pool, TESTER) as connection:
        await actions.take_back_acknowledgement(connection, alert, TESTER)
    await story.passes(2.9)
    assert story.paged() == []
    assert await full_check(story.pool) == []
    await story.passes(0.1)
    assert story.paged() == ["ann"]
