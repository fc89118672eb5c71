"""A3, A10: an alert climbs one step per delay, round by round, until its policy is used up."""

from prometheus_client import REGISTRY
from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step


async def test_a3_the_next_step_is_entered_when_its_delay_has_passed_and_not_before(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann, delay=minutes(5)), step(ben)))
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    await story.passes(4.99)
    assert story.paged() == []
    await story.passes(0.01)
    assert story.paged() == ["ben"]
    assert await story.events(alert) == ["created", "escalated first_step", "escalated delay_passed"]


async def test_a3_rounds_repeat_as_often_as_the_policy_says_and_then_it_is_exhausted(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann), step(ben), repeat=1))
    used_up = {"kind": "alert", "outcome": "rounds_used_up"}
    counted = REGISTRY.get_sample_value("tocsin_jobs_total", used_up) or 0
    alert = await story.alert(service)
    order = list(story.paged())
    for _ in range(6):
        await story.passes(5)
        order += story.paged()
    assert order == ["ann", "ben", "ann", "ben"]
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["state"], standing["loop_count"], standing["next_escalation"]) == ("exhausted", 1, None)
    assert REGISTRY.get_sample_value("tocsin_jobs_total", used_up) == counted + 1


async def test_a3_a_policy_without_a_limit_goes_round_for_ever(story: Story) -> None:
    ann = await story.user("ann")
    alert = await story.alert(await story.make.service(await story.make.policy(step(ann), repeat=None)))
    for _ in range(5):
        await story.passes(5)
    assert story.paged() == ["ann"] * 6
    standing = await story.standing(alert)
    assert standing is not None
    assert standing["loop_count"] == 5


async def test_a3_a_policy_of_one_step_pages_again_after_its_delay_until_the_alert_is_closed(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(ann, delay=minutes(10)), repeat=5))
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    await story.passes(13)
    assert story.paged() == ["ann"]
    await story.close(alert)
    await story.passes(13)
    assert story.paged() == []


async def test_a10_an_overdue_alert_advances_one_step_per_delay(story: Story) -> None:
    users = [await story.user(name) for name in ("ann", "ben", "cid")]
    service = await story.make.service(await story.make.policy(*[step(user) for user in users]))
    await story.alert(service)
    assert story.paged() == ["ann"]
    await story.passes(60)
    assert story.paged() == ["ben"]
    await story.passes(4)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["cid"]
