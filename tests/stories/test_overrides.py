"""S2, S3: for a time somebody is added, removed, replaced, or the whole schedule is another."""

import asyncio
from datetime import time

import pytest
from tests.fixtures.engine import Story
from tests.fixtures.factories import rule, step
from tests.stories.on_call import MONDAY, at, override, temporary, who_is_paged
from tests.stories.test_schedules import follow, scheduled

from tocsin.errors import Conflict


async def test_s2_on_call_is_the_union_of_the_rules_that_act(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    _, service = await scheduled(story, rule(ann, time(8), time(12)), rule(ben, time(10), time(14)))
    await follow(story, service, [(9, ["ann"]), (11, ["ann", "ben"]), (13, ["ben"]), (15, [])])


async def test_s2_an_override_adds_somebody_also_to_an_empty_schedule(story: Story) -> None:
    schedule, service = await scheduled(story)
    await override(story, schedule, (8, 10), add=await story.user("ann"))
    await follow(story, service, [(7, []), (8, ["ann"]), (9.99, ["ann"]), (10, [])])


async def test_s2_an_override_removes_somebody(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    schedule, service = await scheduled(story, rule(ann), rule(ben))
    await override(story, schedule, (8, 10), add=None, remove=ann)
    await follow(story, service, [(7, ["ann", "ben"]), (8, ["ben"]), (10, ["ann", "ben"])])


async def test_s2_a_replacement_acts_only_while_the_replaced_would_be_on_call(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    schedule, service = await scheduled(story, rule(ann, time(9), time(17)))
    await override(story, schedule, (8, 12), add=ben, remove=ann)
    await follow(story, service, [(8, []), (9, ["ben"]), (12, ["ann"]), (17, [])])


async def test_s2_two_overrides_conflict_when_a_user_is_in_both_and_they_overlap(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    schedule, service = await scheduled(story, rule(ann))
    await override(story, schedule, (8, 10), add=ben, remove=ann)
    with pytest.raises(Conflict, match="is in the override"):
        await override(story, schedule, (9, 11), add=cid, remove=ben)
    await override(story, schedule, (9, 11), add=cid)
    await override(story, schedule, (10, 12), add=ben, remove=ann)
    await follow(story, service, [(9, ["ben", "cid"]), (11, ["ben"]), (12, ["ann"])])


async def test_s2_of_two_that_conflict_and_are_made_at_the_same_moment_one_is_refused(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    schedule, service = await scheduled(story, rule(ann))
    both = [override(story, schedule, (8, 10), add=ben), override(story, schedule, (9, 11), add=ben)]
    found = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "NoneType"]
    await follow(story, service, [(9.5, ["ann", "ben"])])


async def test_s3_a_temporary_schedule_replaces_rules_and_overrides(story: Story) -> None:
    ann, ben, cid = [await story.user(name) for name in ("ann", "ben", "cid")]
    schedule, service = await scheduled(story, rule(ann))
    await override(story, schedule, (0, 24), add=cid)
    await temporary(story, schedule, (8, 12), (ben, 8, 10), (cid, 9, 11))
    both = ["ann", "cid"]
    await follow(story, service, [(7, both), (8, ["ben"]), (9, ["ben", "cid"]), (10, ["cid"]), (11, []), (12, both)])


async def test_s3_where_it_has_no_shift_nobody_is_on_call_and_the_next_step_is_entered(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    schedule, service = await scheduled(story, rule(ann))
    backed = await story.make.policy(step(schedule), step(ben))
    await story.change_service(service, escalation_policy_id=backed.id)
    await temporary(story, schedule, (8, 12))
    await at(story, MONDAY.replace(hour=9))
    assert await who_is_paged(story, service) == ["ben"]
    await at(story, MONDAY.replace(hour=12))
    assert await who_is_paged(story, service) == ["ann"]
