"""A9: a step that everyone must acknowledge keeps paging each of its users until that user has."""

from dataclasses import replace

from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step

from tocsin.store.people.users import User
from tocsin.store.services.services import Service


async def everyone(story: Story, *delays: float) -> tuple[User, User, Service]:
    """Ann and ben, and a service with one step of ten minutes on which both must acknowledge."""
    ann, ben = await story.user("ann", *delays), await story.user("ben", *delays)
    both = replace(step(ann, ben, delay=minutes(10)), ack_by="everyone")
    return ann, ben, await story.make.service(await story.make.policy(both))


async def test_a9_everyone_is_paged_again_until_they_have_acknowledged_themselves(story: Story) -> None:
    ann, ben, service = await everyone(story)
    alert = await story.alert(service)
    assert story.paged() == ["ann", "ben"]
    await story.acknowledge(alert, ann)
    await story.passes(10)
    assert story.paged() == ["ben"]
    await story.passes(10)
    assert story.paged() == ["ben"]
    await story.acknowledge(alert, ben)
    await story.passes(10)
    assert story.paged() == []
    assert sorted(set(await story.page_states(alert))) == ["pending", "sending", "sent"]


async def test_a9_nobody_acknowledging_pages_everyone_once_for_each_delay(story: Story) -> None:
    _, _, service = await everyone(story)
    await story.alert(service)
    story.paged()
    await story.passes(10)
    await story.passes(10)
    assert story.paged() == ["ann", "ann", "ben", "ben"]


async def test_a9_closing_cancels_all_that_is_still_to_come(story: Story) -> None:
    _, _, service = await everyone(story, 0, 30)
    alert = await story.alert(service)
    assert story.paged() == ["ann", "ben"]
    await story.passes(4)
    await story.close(alert)
    await story.passes(38)
    assert story.paged() == []


async def test_a9_a_page_that_waits_for_its_next_attempt_outlives_the_others_acknowledgement(story: Story) -> None:
    ann, ben, service = await everyone(story)
    story.phone.script(500, 500)
    alert = await story.alert(service)
    story.paged()
    await story.acknowledge(alert, ann)
    await story.passes(1)
    assert story.paged() == ["ben"]
    assert await story.status(alert) == "acknowledged"
    await story.acknowledge(alert, ben)
    await story.passes(60)
    assert story.paged() == []


async def test_a9_rounds_do_not_add_up_and_each_rule_still_acts(story: Story) -> None:
    ann = await story.user("ann", 0, 25)
    alone = replace(step(ann, delay=minutes(10)), ack_by="everyone")
    await story.alert(await story.make.service(await story.make.policy(alone, repeat=None)))
    for _ in range(6):
        await story.passes(5)
        await story.passes(5)
    [repeating] = await story.pool.fetch(
        "select escalation_count from notification_policy_cycles where repeat_every > '0'"
    )
    assert repeating["escalation_count"] == 7
    later = await story.pool.fetchval(
        "select count(*) from outgoing_messages join notification_rules as rules"
        " on position(rules.id::text in idempotency_key) > 0 where rules.delay > '0' and status = 'sent'"
    )
    assert later == 4, "the page after 25 minutes, for each of the four entries that are so long ago"
