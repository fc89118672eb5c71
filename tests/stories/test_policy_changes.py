"""A6, A7: steps come and go, and services change policies, under open alerts."""

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, changed, minutes
from tests.fixtures.factories import step

from tocsin.errors import NotFound
from tocsin.store.actor import acting
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy
from tocsin.store.services import services


async def climbing(story: Story) -> tuple[Policy, int]:
    """A policy of three steps for ann, ben and cid, and an alert that stands on ben's."""
    users = [await story.user(name) for name in ("ann", "ben", "cid")]
    policy = await story.make.policy(*[step(user) for user in users])
    alert = await story.alert(await story.make.service(policy))
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    return policy, alert


async def test_a6_deleting_the_current_step_enters_the_one_at_its_index_at_once(story: Story) -> None:
    policy, alert = await climbing(story)
    ann, _, cid = policy.steps
    await story.change_policy(policy, ann.spec, cid.spec)
    assert story.paged() == ["cid"]
    assert (await story.events(alert))[-1] == "escalated step_deleted"


async def test_a6_deleting_the_current_step_at_the_end_enters_step_0(story: Story) -> None:
    policy, _ = await climbing(story)
    ann, ben, _ = policy.steps
    await story.passes(5)
    assert story.paged() == ["cid"]
    await story.change_policy(policy, ann.spec, ben.spec)
    assert story.paged() == ["ann"]


async def test_a6_deleting_another_step_pages_nobody_and_the_alert_goes_on_from_its_own(story: Story) -> None:
    policy, _ = await climbing(story)
    _, ben, cid = policy.steps
    await story.change_policy(policy, ben.spec, cid.spec)
    assert story.paged() == []
    await story.passes(5)
    assert story.paged() == ["cid"]


async def test_a6_steps_added_to_an_empty_policy_start_its_open_alerts(story: Story) -> None:
    empty = await story.make.policy()
    alert = await story.alert(await story.make.service(empty))
    await story.change_policy(empty, step(await story.user("ann")))
    assert story.paged() == ["ann"]
    assert await story.events(alert) == ["created", "held no_steps", "escalated steps_added"]


async def test_a6_an_exhausted_alert_starts_when_its_policy_is_emptied_and_gets_steps_again(story: Story) -> None:
    policy = await story.make.policy(step(await story.user("ann")), repeat=0)
    alert = await story.alert(await story.make.service(policy))
    await story.passes(5)
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"
    await story.change_policy(policy)
    assert (await story.events(alert))[-1] == "held no_steps"
    story.paged()
    await story.change_policy(policy, step(await story.user("ben")))
    assert story.paged() == ["ben"]
    await story.passes(5)
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"


async def test_a6_removing_all_steps_stops_the_alerts(story: Story) -> None:
    policy, alert = await climbing(story)
    await story.change_policy(policy)
    await story.passes(60)
    assert story.paged() == []
    assert (await story.events(alert))[-1] == "held no_steps"


async def test_a6_changed_delays_and_targets_count_from_the_next_escalation(story: Story) -> None:
    policy, _ = await climbing(story)
    ann, ben, cid = policy.steps
    dee = await story.user("dee")
    sooner = step(dee, delay=minutes(1))
    await story.change_policy(policy, ann.spec, changed(ben.spec, sooner), changed(cid.spec, sooner))
    await story.passes(4)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["dee"]


async def test_a7_moving_a_service_restarts_its_alerts_at_step_0_of_the_new_policy(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    first = await story.make.policy(step(ann, delay=minutes(30)), step(ann, delay=minutes(60)))
    second = await story.make.policy(step(ben, delay=minutes(60)))
    service = await story.make.service(first)
    alert = await story.alert(service)
    await story.passes(3)
    assert story.paged() == ["ann"]
    await story.change_service(service, escalation_policy_id=second.id)
    assert story.paged() == ["ben"]
    await story.passes(38)
    assert story.paged() == []
    await story.change_service(service, escalation_policy_id=first.id)
    assert story.paged() == ["ann"]
    assert (await story.events(alert))[-2:] == ["escalated policy_changed"] * 2


async def test_a7_moving_a_service_in_maintenance_starts_its_alerts_at_step_0_when_that_is_over(story: Story) -> None:
    _, alert = await climbing(story)
    service = await services.get(story.pool, await story.pool.fetchval("select service_id from alerts"))
    dee, eva = await story.user("dee"), await story.user("eva")
    other = await story.make.policy(step(dee), step(dee), step(eva))
    expires_at = await story.clock.now() + minutes(10)
    await story.change_service(service, maintenance_expires_at=expires_at, escalation_policy_id=other.id)
    assert (await story.standing(alert))["step_number"] is None
    await story.passes(10)
    assert story.paged() == ["dee"]
    assert (await story.standing(alert))["step_number"] == 0


async def test_a7_alerts_that_a_maintenance_holds_start_again_though_the_service_is_moved_back(story: Story) -> None:
    policy, _ = await climbing(story)
    service = await services.get(story.pool, await story.pool.fetchval("select service_id from alerts"))
    await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(10))
    await story.passes(5)
    other = await story.make.policy(step(await story.user("dee")))
    for moved_to in (other, policy):
        await story.change_service(service, escalation_policy_id=moved_to.id)
    await story.passes(5)
    assert story.paged() == ["ann"]


async def test_a7_moving_a_service_leaves_acknowledged_alerts_alone(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann)))
    alert = await story.alert(service)
    await story.acknowledge(alert)
    other = await story.make.policy(step(ben))
    await story.change_service(service, escalation_policy_id=other.id)
    assert story.paged() == ["ann"]
    await story.escalate(alert)
    assert story.paged() == ["ben"]


async def test_a7_steps_added_to_a_policy_reach_alerts_that_came_from_another_empty_one(story: Story) -> None:
    service = await story.make.service(await story.make.policy())
    await story.alert(service)
    other = await story.make.policy()
    await story.change_service(service, escalation_policy_id=other.id)
    await story.change_policy(other, step(await story.user("ann")))
    assert story.paged() == ["ann"]


async def test_a7_a_policy_that_no_service_uses_any_more_can_be_deleted(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    former = await story.make.policy(step(ann), step(ann))
    service = await story.make.service(former)
    alert = await story.alert(service)
    await story.acknowledge(alert)
    await story.change_service(service, escalation_policy_id=(await story.make.policy(step(ben))).id)
    async with acting(story.pool, TESTER) as connection:
        await policies.delete(connection, former.id)
    with pytest.raises(NotFound):
        await policies.get(story.pool, former.id)
    story.paged()
    await story.escalate(alert)
    assert story.paged() == ["ben"]
