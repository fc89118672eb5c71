"""People change everything at once while an engine works on it: nobody meets a deadlock, and no job locks a table."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from itertools import count

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, eventually, running_engine, settled
from tests.fixtures.factories import rule, step

from tocsin.db.pool import Connection, Pool, open_pool
from tocsin.engine.jobs.policy import policies as engine_policies
from tocsin.errors import TocsinError
from tocsin.store.actor import acting
from tocsin.store.alerts import actions, new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.on_call import rotations, schedules
from tocsin.store.on_call.rotations import Rotation
from tocsin.store.on_call.schedules import Schedule
from tocsin.store.people import notification_rules
from tocsin.store.people.notification_rules import NotificationRuleSpec
from tocsin.store.people.users import User
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy
from tocsin.store.policies.policy_steps import StepSpec
from tocsin.store.services import services
from tocsin.store.services.services import Service

PEOPLE = 8
ACTIONS_EACH = 40

# What a statement that reads or writes rows locks a table with; each lets every other such statement pass.
OF_ROWS = ("AccessShareLock", "RowShareLock", "RowExclusiveLock")

TABLE_LOCKS = """
select distinct relation::regclass::text || ' ' || mode as held
from pg_locks
join pg_stat_activity using (pid)
where
    locktype = 'relation' and application_name in ('tocsin engine', 'tocsin queue', 'tocsin listener')
    and database = (select oid from pg_database where datname = current_database())
    and mode <> all($1::text[])
"""
OTHER_SESSIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name like 'tocsin %'
and application_name not in ('tocsin test')
"""


@dataclass(slots=True)
class Crowd:
    """People who change the same few objects, each change in a transaction of its own."""

    pool: Pool
    chance: random.Random
    users: Sequence[User]
    rotations: Sequence[Rotation]
    schedules: Sequence[Schedule]
    policies: Sequence[Policy]
    services: Sequence[Service]
    raised: list[int] = field(default_factory=list)
    delays: Iterator[int] = field(default_factory=lambda: count(1))

    async def act(self) -> None:
        """One change; that it is refused is an answer too."""
        change: Callable[[Connection], Awaitable[object]] = self.chance.choice(
            [
                self.change_rotation,
                self.change_schedule,
                self.change_steps,
                self.move_service,
                self.add_rule,
                *[self.raise_alert, self.acknowledge, self.escalate] * 2,
                self.close,
            ]
        )
        try:
            async with acting(self.pool, TESTER) as connection:
                await change(connection)
        except TocsinError:
            return

    async def change_rotation(self, connection: Connection) -> None:
        locked = await rotations.lock(connection, self.chance.choice(self.rotations).id)
        users = self.chance.sample([user.id for user in self.users], self.chance.randint(0, 3))
        await rotations.update(connection, locked, replace(locked.spec, participants=users))

    async def change_schedule(self, connection: Connection) -> None:
        locked = await schedules.lock(connection, self.chance.choice(self.schedules).id)
        things = self.chance.sample([*self.users, *self.rotations], self.chance.randint(0, 2))
        rules = [rule(thing, time(self.chance.randrange(24)), time(0)) for thing in things]
        await schedules.update(connection, locked, replace(locked.spec, rules=rules))

    async def change_steps(self, connection: Connection) -> None:
        """Some steps go, some stay, one comes."""
        locked = await policies.lock(connection, self.chance.choice(self.policies).id)
        kept = [one.spec for one in locked.steps if self.chance.random() < 0.5]
        await policies.update(connection, locked, replace(locked.spec, steps=[*kept[:3], self.some_step()]))

    def some_step(self) -> StepSpec:
        things = [*self.rotations, *self.schedules, *self.users]
        return step(*self.chance.sample(things, self.chance.randint(0, 2)), delay=timedelta(minutes=1))

    async def move_service(self, connection: Connection) -> None:
        locked = await services.lock(connection, self.chance.choice(self.services).id)
        moment = await connection.fetchval("select now() + interval '1 minute'")
        spec = replace(
            locked.spec,
            escalation_policy_id=self.chance.choice(self.policies).id,
            maintenance_expires_at=self.chance.choice([None, None, moment]),
        )
        await services.update(connection, locked, spec)

    async def add_rule(self, connection: Connection) -> None:
        user = self.chance.choice(self.users)
        method = await connection.fetchval("select id from contact_methods where user_id = $1", user.id)
        await notification_rules.create(
            connection,
            user.id,
            NotificationRuleSpec(contact_method_id=method, delay=timedelta(minutes=next(self.delays))),
        )

    async def raise_alert(self, connection: Connection) -> None:
        key = str(self.chance.randrange(30))
        new = NewAlert(summary=key, dedup_key=key)
        raised = await new_alert.raise_alert(connection, self.chance.choice(self.services).id, new, TESTER)
        self.raised.append(raised.alert_id)

    async def acknowledge(self, connection: Connection) -> None:
        await actions.acknowledge(connection, self.chance.choice(self.raised), TESTER)

    async def escalate(self, connection: Connection) -> None:
        await actions.escalate(connection, self.chance.choice(self.raised), TESTER)

    async def close(self, connection: Connection) -> None:
        await actions.close(connection, self.chance.choice(self.raised), TESTER)


async def crowd_of(story: Story, pool: Pool, seed: int) -> Crowd:
    make = story.make
    users = [await story.user(name) for name in ("ann", "ben", "cid", "dee")]
    some_rotations = [await make.rotation(*users[:2], kind="hourly") for _ in range(2)]
    some_schedules = [await make.schedule(rule(one), rule(users[3], time(8), time(20))) for one in some_rotations]
    steps = [step(one, delay=timedelta(minutes=1)) for one in (*some_rotations, *some_schedules)]
    some_policies = [await make.policy(*steps, repeat=None) for _ in range(3)]
    some_services = [await make.service(policy) for policy in some_policies]
    crowd = Crowd(pool, random.Random(seed), users, some_rotations, some_schedules, some_policies, some_services)
    for _ in range(20):
        async with acting(pool, TESTER) as connection:
            await crowd.raise_alert(connection)
    return crowd


@asynccontextmanager
async def sampling(dsn: str, found: set[str]) -> AsyncIterator[None]:
    """Look all the time at what the engine's sessions lock tables with, and keep what is more than rows need."""
    connection = await asyncpg.connect(dsn)

    async def sample() -> None:
        while True:
            found.update(row["held"] for row in await connection.fetch(TABLE_LOCKS, OF_ROWS))
            await asyncio.sleep(0.005)

    task = asyncio.create_task(sample(), name="sample locks")
    try:
        yield
        assert not task.done(), "the sampling has come to an end"
    finally:
        task.cancel()
        await asyncio.wait([task])
        await connection.close()


async def deadlocks(pool: Pool) -> int:
    """How many the server has counted. A session hands its count in when it ends, so all others are waited for."""

    async def are_gone() -> bool:
        return await pool.fetchval(OTHER_SESSIONS) == 0

    await eventually(are_gone)
    counted: int = await pool.fetchval("select deadlocks from pg_stat_database where datname = current_database()")
    return counted


async def is_mirrored(crowd: Crowd) -> None:
    """Whom each step would page is what its mirror says, whoever wrote it last."""
    found = engine_policies(crowd.pool)
    for one in crowd.policies:
        policy = await found.load(one.id)
        assert policy is not None
        assert all(step.is_mirrored for step in policy.steps.values())


@pytest.mark.parametrize("seed", range(3))
async def test_no_two_jobs_and_nobody_who_acts_meanwhile_deadlock(environment: Story, database: str, seed: int) -> None:
    table_locks: set[str] = set()
    with capture_logs() as logs:
        async with (
            open_pool(database, size=PEOPLE, application_name="tocsin people") as pool,
            running_engine(database, environment.pool),
            running_engine(database, environment.pool),
            sampling(database, table_locks),
        ):
            crowd = await crowd_of(environment, pool, seed)

            async def person() -> None:
                for _ in range(ACTIONS_EACH):
                    await crowd.act()

            async def let_time_pass() -> None:
                for _ in range(20):
                    await environment.clock.advance(timedelta(minutes=7))
                    await asyncio.sleep(0.05)

            await asyncio.gather(let_time_pass(), *(person() for _ in range(PEOPLE)))
            await settled(environment.pool)
            await is_mirrored(crowd)
    failed = [entry for entry in logs if entry["event"] == "job_failed"]
    assert [entry for entry in failed if "Deadlock" in entry["error"]] == []
    assert await deadlocks(environment.pool) == 0
    assert table_locks == set()
