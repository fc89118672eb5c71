"""Somebody acknowledges at the very moment at which the next step is due."""

import asyncio
import random

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.store.actor import acting
from tocsin.store.alerts import actions, new_alert

ROUNDS = 40
ACKNOWLEDGED = ["created", "escalated first_step", "acknowledged"]
ESCALATED = ["created", "escalated first_step", "escalated delay_passed", "acknowledged"]


@pytest.mark.parametrize("seed", range(3))
async def test_an_acknowledgement_beside_a_due_escalation_has_one_of_two_outcomes(story: Story, seed: int) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann), step(ben)))
    numbers = [await raised(story, service.id, number) for number in range(ROUNDS)]
    await settled(story.pool)
    chance = random.Random(seed)

    async def acknowledge(number: int) -> None:
        await asyncio.sleep(chance.random() / 10)
        async with acting(story.pool, TESTER) as connection:
            await actions.acknowledge(connection, number, TESTER)

    await asyncio.gather(story.clock.advance(minutes(5)), *map(acknowledge, numbers))
    await settled(story.pool)
    await story.passes(60)
    for number in numbers:
        await has_one_outcome(story, number)


async def raised(story: Story, service_id: object, number: int) -> int:
    key = f"disk {number}"
    async with acting(story.pool, TESTER) as connection:
        new = new_alert.NewAlert(summary=key, dedup_key=key)
        return (await new_alert.raise_alert(connection, service_id, new, TESTER)).alert_id


async def has_one_outcome(story: Story, number: int) -> None:
    events = await story.events(number)
    assert events in (ACKNOWLEDGED, ESCALATED)
    assert await story.status(number) == "acknowledged"
    standing = await story.standing(number)
    assert standing is not None
    steps = 2 if events == ESCALATED else 1
    assert (standing["state"], standing["escalation_count"]) == ("acknowledged", steps)
    requests = [request for request in story.phone.requests if request.json["alert"]["id"] == number]
    assert len(requests) <= steps
    running = await story.pool.fetchval(
        "select count(*) from notification_policy_cycles where alert_id = $1 and ended_at is null", number
    )
    unsent = await story.pool.fetch("select status from outgoing_messages where alert_id = $1", number)
    assert running == 0
    assert {row["status"] for row in unsent} <= {"sent", "cancelled"}
