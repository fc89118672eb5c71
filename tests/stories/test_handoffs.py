"""R1, R2, R4: rotations hand over on the clocks of their zone, and who is active is paged."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step
from tests.stories.on_call import MONDAY, at, change_rotation, people, rotating, who_is_paged

from tocsin.domain.on_call.handoffs import RotationType
from tocsin.store.on_call import rotations


@pytest.mark.parametrize(
    ("kind", "start_at", "handoff"),
    [
        ("daily", "2027-03-26T07:00Z", "2027-03-28T06:00Z"),  # clocks go forward: a shift of 23 hours
        ("daily", "2027-10-29T06:00Z", "2027-10-31T07:00Z"),  # and back: one of 25
        ("hourly", "2027-10-30T22:00Z", "2027-10-31T02:00Z"),  # 02:00 comes twice, so that shift takes two hours
        ("weekly", "2027-03-24T07:00Z", "2027-03-31T06:00Z"),
        ("monthly", "2027-01-31T07:00Z", "2027-02-28T07:00Z"),  # there is no 31st of February
    ],
)
async def test_r1_the_handoff_is_at_the_zones_wall_clock_time(
    story: Story, kind: RotationType, start_at: str, handoff: str
) -> None:
    start, end = datetime.fromisoformat(start_at), datetime.fromisoformat(handoff)
    rotation, service = await rotating(story, "ann", kind=kind, start_at=start, time_zone="Europe/Berlin")
    await at(story, end - minutes(110))
    ann, ben = await people(story, "anna", "benno")
    await change_rotation(story, rotation, ann, ben)
    await at(story, end - timedelta(seconds=1))
    assert await who_is_paged(story, service) == ["anna"]
    await at(story, end)
    assert await who_is_paged(story, service) == ["benno"]


async def test_r2_a_rotation_that_starts_in_the_future_has_its_first_participant_on_call(story: Story) -> None:
    _, service = await rotating(story, "ann", "ben", start_at=MONDAY + timedelta(days=30, hours=8))
    assert await who_is_paged(story, service) == ["ann"]
    await story.passes(8 * 60)
    assert await who_is_paged(story, service) == ["ben"]


async def test_r2_missed_handoffs_are_caught_up_in_one_move(story: Story) -> None:
    rotation, service = await rotating(story, "ann", "ben", "cid")
    before = await story.pool.fetchval("select version from rotation_state")
    await at(story, MONDAY + timedelta(days=3 * 7 + 2))
    assert await who_is_paged(story, service) == ["cid"]
    assert await story.pool.fetchval("select version from rotation_state") == before + 1
    assert (await rotations.get(story.pool, rotation.id)).position == 2


async def test_r2_the_position_wraps(story: Story) -> None:
    _, service = await rotating(story, "ann", "ben")
    paged = []
    for day in range(4):
        await at(story, MONDAY + timedelta(days=day))
        paged += await who_is_paged(story, service)
    assert paged == ["ann", "ben", "ann", "ben"]


async def test_r4_the_next_wakeup_is_the_next_handoff(story: Story) -> None:
    rotation, _ = await rotating(story, "ann", "ben", kind="weekly")
    for week in (1, 2):
        due = await story.pool.fetch(
            "select execute_after from pgqueuer where entrypoint = 'rotation' and status = 'queued'"
        )
        handoff = MONDAY + timedelta(weeks=week)
        assert [row["execute_after"] for row in due] == [handoff - timedelta(microseconds=1)]
        assert (await rotations.get(story.pool, rotation.id)).next_handoff_at == handoff.astimezone(UTC)
        await at(story, handoff)


async def test_r4_a_handoff_pages_nobody_until_the_next_escalation(story: Story) -> None:
    rotation, service = await rotating(story, "ann", "ben")
    again = await story.make.policy(step(rotation, delay=timedelta(hours=15)), repeat=None)
    await story.change_service(service, escalation_policy_id=again.id)
    await story.passes(12 * 60)
    await story.alert(service)
    assert story.paged() == ["ann"]
    await story.passes(12 * 60)
    assert story.paged() == []
    await story.passes(3 * 60)
    assert story.paged() == ["ben"]
