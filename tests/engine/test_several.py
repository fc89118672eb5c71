"""Two engines on one database, and people who act while they work."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, eventually, running_engine, settled
from tests.fixtures.factories import step

from tocsin.db.pool import Pool
from tocsin.errors import Conflict
from tocsin.store.actor import acting
from tocsin.store.alerts import actions, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services.services import Service


async def raise_many(pool: Pool, service: Service, count: int) -> list[int]:
    """The numbers of so many alerts, raised in one transaction."""
    async with acting(pool, TESTER) as connection:
        return [
            (await new_alert.raise_alert(connection, service.id, NewAlert(summary=key, dedup_key=key), TESTER)).alert_id
            for key in (str(uuid4()) for _ in range(count))
        ]


async def test_two_engines_send_each_page_of_hundreds_of_alerts_once(story: Story, database: str) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    room = await story.make.channel("Room", story.address("room"))
    service = await story.make.service(await story.make.policy(step(ann, room), step(ben)))
    async with running_engine(database, story.pool) as second:
        raised = 0
        while not any(second.lateness.recent.values()) and raised < 1_500:  # one may be quick enough to take them all
            raised += len(await raise_many(story.pool, service, 300))
            await settled(story.pool)
        await story.passes(5)
        await story.all_sent()
        assert Counter(story.paged()) == {"ann": raised, "room": raised, "ben": raised}
        assert set(story.pages().values()) == {1}
        assert any(second.lateness.recent.values()), "the second engine has done nothing"


async def deadlocks(pool: Pool) -> int:
    await pool.fetchval("select pg_stat_clear_snapshot()")
    count: int = await pool.fetchval("select deadlocks from pg_stat_database where datname = current_database()")
    return count


@pytest.mark.parametrize("seed", range(2))
async def test_people_who_act_at_once_meet_no_deadlock_and_leave_a_consistent_alert(story: Story, seed: int) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    policy = await story.make.policy(step(ann), step(ben), repeat=None)
    numbers = await raise_many(story.pool, await story.make.service(policy), 10)
    await settled(story.pool)
    chance = random.Random(seed)
    choices = [actions.acknowledge, actions.escalate, actions.escalate] * 7 + [actions.close]

    async def act(number: int, action: Callable[..., Awaitable[object]]) -> None:
        try:
            async with acting(story.pool, TESTER) as connection:
                await action(connection, number, TESTER)
        except Conflict:
            return

    async def advance() -> None:
        for _ in range(10):
            await story.passes(5)

    plan = [(chance.choice(numbers), chance.choice(choices)) for _ in range(200)]
    await asyncio.gather(advance(), *(act(number, action) for number, action in plan))
    await settled(story.pool)
    assert await deadlocks(story.pool) == 0
    for number in numbers:
        await consistent(story, number)
    assert set(story.pages().values()) == {1}


async def consistent(story: Story, alert: int) -> None:
    """The alert's row of escalation, its cycles and its pages agree with its status."""
    status, standing = await story.status(alert), await story.standing(alert)
    running = await story.pool.fetchval(
        "select count(*) from notification_policy_cycles where alert_id = $1 and ended_at is null", alert
    )
    waiting = await story.pool.fetchval(
        "select count(*) from outgoing_messages where alert_id = $1 and status in ('pending', 'sending')", alert
    )
    assert waiting == 0
    if status == "closed":
        assert standing is None
    else:
        assert standing is not None
        assert (standing["state"] == "acknowledged") == (status == "acknowledged")
        assert standing["force_escalation"] is False
        assert (standing["next_escalation"] is None) == (status == "acknowledged")
    if status != "triggered":
        assert running == 0


async def test_an_engine_says_that_it_lives_and_when_it_leaves(pool: Pool, database: str) -> None:
    async def is_known() -> bool:
        return bool(await pool.fetchval("select exists (select from engine_instances where id = $1)", engine.id))

    async with running_engine(database, pool) as engine:
        await eventually(is_known)
    assert not await is_known()
