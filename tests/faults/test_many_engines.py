"""Many engine processes on one database: each transition and each page once, also when they are killed and started."""

import asyncio
import random
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.faults.processes import at_work, engine_processes, kill, start_engine
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.db.pool import Pool
from tocsin.engine.jobs.page import CLAIM
from tocsin.engine.queue.queries import HEARTBEAT_TIMEOUT
from tocsin.store.actor import acting
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services.services import Service

ALERTS = 200
KILLS = 6
PATIENCE = 60

TWO_ROUNDS = Counter({"escalated": 4, "exhausted": 1, "created": 1})


async def two_rounds(story: Story) -> Service:
    """A service that pages ann and a room, then ben, and once more."""
    ann, ben = await story.user("ann"), await story.user("ben")
    room = await story.make.channel("Room", story.address("room"))
    return await story.make.service(await story.make.policy(step(ann, room), step(ben), repeat=1))


async def raise_some(story: Story, service: Service, numbers: Iterable[int]) -> None:
    async with acting(story.pool, TESTER) as connection:
        for key in map(str, numbers):
            await new_alert.raise_alert(connection, service.id, NewAlert(summary=key, dedup_key=key), TESTER)


async def went_through_once(story: Story) -> None:
    """Each alert has entered each of its steps once, and each page has one row and was sent."""
    rows = await story.pool.fetch("select alert_id, event, count(*) as times from alert_logs group by alert_id, event")
    events: dict[int, Counter[str]] = {row["alert_id"]: Counter() for row in rows}
    for row in rows:
        events[row["alert_id"]][row["event"]] = row["times"]
    assert len(events) == ALERTS
    assert {alert: found for alert, found in events.items() if found != TWO_ROUNDS} == {}
    entered = await story.pool.fetch(
        "select escalation_count, state, count(*) from escalation_policy_state group by escalation_count, state"
    )
    assert [tuple(row) for row in entered] == [(4, "exhausted", ALERTS)]
    pages = await story.pool.fetch("select status, count(*) from outgoing_messages group by status")
    assert [tuple(row) for row in pages] == [("sent", 6 * ALERTS)]
    cycles = await story.pool.fetchval("select count(*) from notification_policy_cycles")
    assert cycles == 4 * ALERTS
    assert len(story.pages()) == 6 * ALERTS


@pytest.mark.parametrize("engines", [1, 2, 4])
async def test_each_transition_and_each_page_happens_once(environment: Story, database: str, engines: int) -> None:
    service = await two_rounds(environment)
    async with engine_processes(database, environment.pool, engines):
        await raise_some(environment, service, range(ALERTS))
        for _ in range(4):
            await environment.all_sent(
                within=PATIENCE
            )  # or a page that waits for a busy phone is bundled into the next
            await environment.clock.advance(minutes(5))
        await environment.all_sent(within=PATIENCE)
    await went_through_once(environment)
    assert set(environment.pages().values()) == {1}


@dataclass(slots=True)
class Flock:
    """Engines that come and go."""

    dsn: str
    pool: Pool
    chance: random.Random
    processes: list[Process]

    async def come_and_go(self) -> None:
        """Kill one of them at a moment nobody knows, and start another; as often as it is to be."""
        for _ in range(KILLS):
            await asyncio.sleep(self.chance.uniform(0.1, 0.7))
            await kill(self.processes.pop(self.chance.randrange(len(self.processes))))
            self.processes.append(await start_engine(self.dsn))
            await at_work(self.pool, self.processes[-1])


@asynccontextmanager
async def flock(dsn: str, pool: Pool, seed: int, count: int) -> AsyncIterator[Flock]:
    processes = [await start_engine(dsn) for _ in range(count)]
    try:
        for process in processes:
            await at_work(pool, process)
        yield Flock(dsn, pool, random.Random(seed), processes)
    finally:
        for process in processes:
            await kill(process)


async def test_engines_that_are_killed_and_started_lose_nothing_and_do_nothing_twice(
    environment: Story, database: str
) -> None:
    service = await two_rounds(environment)
    async with flock(database, environment.pool, 7, 3) as engines:
        going = asyncio.create_task(engines.come_and_go(), name="come and go")
        for number in range(ALERTS):  # so that something is under way at every moment
            await raise_some(environment, service, [number])
            await asyncio.sleep(0.05)
            await environment.clock.advance(timedelta(seconds=7))
        await going
        for wait in (HEARTBEAT_TIMEOUT * 1.1, CLAIM * 1.1, *[minutes(5)] * 5):
            await environment.clock.advance(wait)
            await settled(environment.pool, within=PATIENCE)
        await environment.all_sent(within=PATIENCE)
    await went_through_once(environment)
