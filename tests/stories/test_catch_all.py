"""A3: a policy that is used up hands its alerts to its catch-all, which is used up in its turn."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.store.actor import acting
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy
from tocsin.store.policies.policy_steps import StepSpec
from tocsin.store.services.services import Service


async def caught(story: Story, *steps: StepSpec, catch_all: Policy, repeat: int | None = 0) -> Service:
    """A service whose policy hands over to the catch-all."""
    return await story.make.service(await story.make.policy(*steps, repeat=repeat, catch_all=catch_all))


async def on_catch_all(story: Story) -> tuple[Service, Policy, int]:
    """A service whose alert has climbed to the catch-all, which has paged ben and waits an hour; with both."""
    ann, ben = await story.user("ann"), await story.user("ben")
    last = await story.make.policy(step(ben, delay=minutes(60)))
    service = await caught(story, step(ann), catch_all=last)
    alert = await story.alert(service)
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    return service, last, alert


async def change(story: Story, policy_id: UUID, catch_all: Policy | None) -> None:
    """Give the policy another catch-all."""
    async with acting(story.pool, TESTER) as connection:
        policy = await policies.lock(connection, policy_id)
        spec = replace(policy.spec, catch_all_policy_id=catch_all.id if catch_all else None)
        await policies.update(connection, policy, spec)


async def test_a3_the_catch_all_takes_over_after_the_last_round_and_ends_exhausted(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(ben), step(cid), repeat=1)
    alert = await story.alert(await caught(story, step(ann), catch_all=last, repeat=1))
    paged = [*story.paged()]
    for _ in range(8):
        await story.passes(5)
        paged += story.paged()
    assert paged == ["ann", "ann", "ben", "cid", "ben", "cid"]
    events = await story.events(alert)
    assert events[3:5] == ["handed_over rounds_used_up", "escalated first_step"]
    assert events[-1] == "exhausted rounds_used_up"
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["state"], standing["next_escalation"]) == ("exhausted", None)


async def test_a3_the_catch_all_of_a_catch_all_does_not_follow(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(cid))
    middle = await story.make.policy(step(ben), catch_all=last)
    await story.alert(await caught(story, step(ann), catch_all=middle))
    for _ in range(4):
        await story.passes(5)
    assert story.paged() == ["ann", "ben"]


async def test_a3_a_policy_that_finds_nobody_hands_over_at_once(story: Story) -> None:
    nobody, ann = await story.make.user("nobody"), await story.user("ann")
    alert = await story.alert(await caught(story, step(nobody), catch_all=await story.make.policy(step(ann))))
    assert story.paged() == ["ann"]
    assert "handed_over nobody_on_call" in await story.events(alert)


async def test_a3_acknowledging_stops_the_catch_all_too(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    last = await story.make.policy(step(ben), repeat=None)
    alert = await story.alert(await caught(story, step(ann), catch_all=last))
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    await story.acknowledge(alert)
    await story.passes(60)
    assert story.paged() == []


async def test_a7_a_caught_alert_restarts_on_the_policy_that_its_service_moves_to(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(ben), step(ben))
    service = await caught(story, step(ann), catch_all=last)
    await story.alert(service)
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    await story.change_service(service, escalation_policy_id=(await story.make.policy(step(cid))).id)
    assert story.paged() == ["cid"]


async def test_a3_a_catch_all_that_is_taken_away_gives_its_alerts_back(story: Story) -> None:
    service, _, alert = await on_catch_all(story)
    await change(story, service.escalation_policy_id, None)
    await story.passes(60)
    assert story.paged() == ["ann"]
    assert "escalated policy_changed" in await story.events(alert)


async def test_a_catch_all_that_is_taken_away_gives_back_at_once(story: Story) -> None:
    service, _, _ = await on_catch_all(story)
    await change(story, service.escalation_policy_id, None)
    await settled(story.pool)
    assert story.paged() == ["ann"]


async def test_a_catch_all_can_be_replaced_and_deleted_under_an_alert(story: Story) -> None:
    service, last, alert = await on_catch_all(story)
    await story.pool.execute("alter table escalation_policies disable trigger wakeup_on_catch_all")
    other = StepSpec(delay=minutes(5), targets=last.steps[0].spec.targets)
    await change(story, service.escalation_policy_id, await story.make.policy(other))
    async with acting(story.pool, TESTER) as connection:
        await policies.lock(connection, last.id)
        await policies.delete(connection, last.id)
    await settled(story.pool)
    assert story.paged() == ["ann"]
    assert (await story.events(alert))[-1] == "escalated policy_changed"


@pytest.mark.parametrize("exhausted", [False, True])
async def test_a7_a_service_that_moves_between_policies_of_one_catch_all_restarts_its_alerts(
    story: Story, exhausted: bool
) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(ben))
    service = await caught(story, step(ann), catch_all=last)
    alert = await story.alert(service)
    await story.passes(5)
    if exhausted:
        await story.passes(5)
        assert (await story.events(alert))[-1] == "exhausted rounds_used_up"
    assert story.paged() == ["ann", "ben"]
    other = await story.make.policy(step(cid), catch_all=last)
    await story.change_service(service, escalation_policy_id=other.id)
    assert story.paged() == ["cid"]
    await story.passes(5)
    assert story.paged() == ["ben"]


async def test_a7_a_service_that_moves_to_the_catch_all_itself_restarts_there_and_has_its_catch_all(
    story: Story,
) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    middle = await story.make.policy(step(ben), catch_all=await story.make.policy(step(cid)))
    service = await caught(story, step(ann), catch_all=middle)
    await story.alert(service)
    await story.passes(10)
    assert story.paged() == ["ann", "ben"]
    await story.change_service(service, escalation_policy_id=middle.id)
    assert story.paged() == ["ben"]
    await story.passes(5)
    assert story.paged() == ["cid"]


async def test_a_catch_all_without_steps_waits_for_one_and_is_not_repaired(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    last = await story.make.policy()
    alert = await story.alert(await caught(story, step(ann), catch_all=last))
    await story.passes(5)
    assert (await story.events(alert))[-2:] == ["handed_over rounds_used_up", "held no_steps"]
    assert await story.pool.fetch("select from engine_overdue") == []
    await story.change_policy(last, step(ben))
    assert story.paged() == ["ann", "ben"]


async def test_a6_deleting_the_step_of_a_catch_all_enters_the_one_at_its_index_at_once(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(ben), step(cid))
    await story.alert(await caught(story, step(ann), catch_all=last))
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    await story.change_policy(last, last.steps[1].spec)
    assert story.paged() == ["cid"]
