"""A3: a policy that is used up hands its alerts to its catch-all, which is used up in its turn."""

from dataclasses import replace

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step

from tocsin.store import policies
from tocsin.store.actor import acting
from tocsin.store.policies import Policy, PolicySpec
from tocsin.store.policy_steps import StepSpec
from tocsin.store.services import Service


async def caught(story: Story, *steps: StepSpec, catch_all: Policy, repeat: int | None = 0) -> Service:
    """A service whose policy hands over to the catch-all."""
    spec = PolicySpec(name="caught", steps=steps, repeat=repeat, catch_all_policy_id=catch_all.id)
    async with acting(story.pool, TESTER) as connection:
        policy = await policies.create(connection, spec)
    return await story.make.service(policy)


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
    spec = PolicySpec(name="middle", steps=[step(ben)], repeat=0, catch_all_policy_id=last.id)
    async with acting(story.pool, TESTER) as connection:
        middle = await policies.create(connection, spec)
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
    ann, ben = await story.user("ann"), await story.user("ben")
    last = await story.make.policy(step(ben, delay=minutes(60)))
    service = await caught(story, step(ann), catch_all=last)
    alert = await story.alert(service)
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    async with acting(story.pool, TESTER) as connection:
        policy = await policies.lock(connection, service.escalation_policy_id)
        await policies.update(connection, policy, replace(policy.spec, catch_all_policy_id=None))
    await story.passes(60)
    assert story.paged() == ["ann"]
    assert "escalated policy_changed" in await story.events(alert)


async def test_a6_deleting_the_step_of_a_catch_all_enters_the_one_at_its_index_at_once(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    last = await story.make.policy(step(ben), step(cid))
    await story.alert(await caught(story, step(ann), catch_all=last))
    await story.passes(5)
    assert story.paged() == ["ann", "ben"]
    await story.change_policy(last, last.steps[1].spec)
    assert story.paged() == ["cid"]
