"""R3: participants come and go under the one who is active."""

from dataclasses import replace

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, settled
from tests.stories.on_call import change_rotation, people, rotating, who_is_paged

from tocsin.store.actor import acting
from tocsin.store.on_call import rotations


async def test_r3_the_first_participant_starts_the_rotation_and_the_last_removed_ends_it(story: Story) -> None:
    rotation, service = await rotating(story)
    assert await who_is_paged(story, service) == []
    [ann] = await people(story, "ann")
    await change_rotation(story, rotation, ann)
    assert await who_is_paged(story, service) == ["ann"]
    ended = await change_rotation(story, rotation)
    assert await who_is_paged(story, service) == []
    assert (ended.active_user_id, ended.next_handoff_at) == (None, None)


async def test_r3_removing_the_active_one_activates_the_next_or_the_first(story: Story) -> None:
    rotation, service = await rotating(story)
    ann, ben, cid = await people(story, "ann", "ben", "cid")
    await change_rotation(story, rotation, ann, ben, cid)
    await story.passes(24 * 60)
    assert await who_is_paged(story, service) == ["ben"]
    await change_rotation(story, rotation, ann, cid)
    assert await who_is_paged(story, service) == ["cid"]
    await change_rotation(story, rotation, ann)
    assert await who_is_paged(story, service) == ["ann"]


async def test_r3_the_next_is_active_also_when_earlier_ones_go_at_the_same_time(story: Story) -> None:
    rotation, service = await rotating(story)
    ann, ben, cid, dan = await people(story, "ann", "ben", "cid", "dan")
    await change_rotation(story, rotation, ann, ben, cid, dan)
    await story.passes(24 * 60)
    assert await who_is_paged(story, service) == ["ben"]
    await change_rotation(story, rotation, cid, dan)
    assert await who_is_paged(story, service) == ["cid"]
    await change_rotation(story, rotation, dan, ann)
    assert await who_is_paged(story, service) == ["dan"]


async def test_r3_reordering_keeps_the_active_person_active(story: Story) -> None:
    rotation, service = await rotating(story)
    ann, ben, cid = await people(story, "ann", "ben", "cid")
    await change_rotation(story, rotation, ann, ben, cid)
    await change_rotation(story, rotation, cid, ann, ben)
    assert await who_is_paged(story, service) == ["ann"]
    await story.passes(24 * 60)
    assert await who_is_paged(story, service) == ["ben"]


async def test_r3_the_next_is_active_also_when_the_order_changes_before_the_engine_has_looked(story: Story) -> None:
    rotation, service = await rotating(story)
    ann, ben, cid, dan = await people(story, "ann", "ben", "cid", "dan")
    rotation = await change_rotation(story, rotation, ann, ben, cid, dan)
    async with acting(story.pool, TESTER) as connection:
        for order in ([ben, cid, dan], [dan, cid, ben]):
            locked = await rotations.lock(connection, rotation.id)
            await rotations.update(connection, locked, replace(locked.spec, participants=[one.id for one in order]))
    await settled(story.pool)
    assert await who_is_paged(story, service) == ["ben"]
