"""The designs that Tocsin is measured against do the work that it does: the same pages, steps, and people on call."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
from benchmarks.designs.catalogue import BATCHES, DESIGNS, EVENTS, LIMITED, SENDING, SENDING_LOOP, UNLIMITED
from benchmarks.designs.events import handle, install
from benchmarks.designs.queueless import take_queue_out
from tests.fixtures.database import cloned
from tests.fixtures.engine import minutes, running_engine, settled
from tests.fixtures.factories import Factory, rule, step

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Pool, open_pool, use_json
from tocsin.store.services.services import Service
from tocsin.testing.clock import Clock

PAGES = """
select
    alerts.summary, messages.target_name, methods.name as method, messages.escalation_count, messages.step_number,
    messages.loop_count, messages.created_at - alerts.created_at as after
from outgoing_messages as messages
join alerts on alerts.id = messages.alert_id
left join contact_methods as methods on methods.id = messages.contact_method_id
order by alerts.summary, messages.created_at, messages.target_name, methods.name
"""
STANDING = """
select
    alerts.summary, state.state, state.step_number, state.loop_count, state.escalation_count,
    state.next_escalation - alerts.created_at as next_after
from escalation_policy_state as state
join alerts on alerts.id = state.alert_id
order by alerts.summary
"""
TIMELINE = """
select alerts.summary, logs.event, logs.reason, logs.at - alerts.created_at as after
from alert_logs as logs
join alerts on alerts.id = logs.alert_id
where logs.event in ('escalated', 'exhausted')
order by alerts.summary, logs.id
"""
ON_CALL = """
select policies.name as policy, steps.step_number, users.name as person
from ep_step_on_call_users as on_call
join users on users.id = on_call.user_id
join escalation_policy_steps as steps on steps.id = on_call.ep_step_id
join escalation_policies as policies on policies.id = steps.escalation_policy_id
where on_call.end_time is null
order by policies.name, steps.step_number, users.name
"""

Rows = Sequence[Sequence[tuple[object, ...]]]
Settle = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Town:
    """A small organisation, and its clock."""

    pool: Pool
    make: Factory
    clock: Clock

    async def told(self) -> Rows:
        """All that a design leaves behind."""
        statements = (PAGES, STANDING, TIMELINE, ON_CALL)
        return [[tuple(row) for row in await self.pool.fetch(statement)] for statement in statements]

    async def live(self, settle: Settle) -> Rows:
        """Found it, raise alerts on it, let half an hour pass with a handoff in it, and tell what has become of it."""
        for service in await self._found():
            for number in range(3):
                await self.make.alert(service, f"{service.name} {number}")
        await settle()
        for passed in (2, 3, 2, 3, 5, 5, 10):
            await self.clock.advance(minutes(passed))
            await settle()
        return await self.told()

    async def _found(self) -> Sequence[Service]:
        ann = await self.make.reachable_user("Ann")
        await self.make.rule(await self.make.contact_method(ann), minutes(2))
        ben, cid = [await self.make.reachable_user(name) for name in ("Ben", "Cid")]
        unreachable = await self.make.user("Unreachable")
        rotation = await self.make.rotation(ben, cid, kind="hourly", start_at=await self.clock.now() - minutes(50))
        schedule = await self.make.schedule(rule(rotation), rule(ann, weekdays=range(7)))
        room = await self.make.channel("Room")
        climbing = await self.make.policy(step(ann, rotation), step(unreachable), step(schedule), name="C", repeat=1)
        brief = await self.make.policy(step(unreachable), step(room, ann, delay=minutes(3)), name="B", repeat=0)
        endless = await self.make.policy(step(schedule, delay=minutes(4)), name="E", repeat=None)
        return [await self.make.service(policy, name=policy.name) for policy in (climbing, brief, endless)]


@asynccontextmanager
async def town(postgres_dsn: str, template: str) -> AsyncIterator[tuple[str, Town]]:
    async with cloned(postgres_dsn, template) as dsn, open_pool(dsn, size=3, application_name="test") as pool:
        connection = await asyncpg.connect(dsn)
        try:
            clock = Clock(connection)
            await clock.move_to(await connection.fetchval("select timestamptz '2026-05-04 10:00 UTC'"))
            await clock.freeze()
            yield dsn, Town(pool, Factory(pool), clock)
        finally:
            await connection.close()


async def with_tocsin(postgres_dsn: str, template: str) -> Rows:
    async with town(postgres_dsn, template) as (dsn, place), running_engine(dsn, place.pool):
        return await place.live(lambda: settled(place.pool))


async def with_design(postgres_dsn: str, template: str, name: str) -> Rows:
    async with town(postgres_dsn, template) as (dsn, place):
        connection = await asyncpg.connect(dsn)
        try:
            await use_json(connection)
            await take_queue_out(connection)
            return await place.live(await settling(connection, name))
        finally:
            await connection.close()


async def settling(connection: asyncpg.Connection, name: str) -> Settle:
    """Lets the design do all that there is to do now."""
    design = {**DESIGNS, **SENDING}[name]
    assert design is not None
    told: list[str] = []
    if name == EVENTS:
        await install(connection)
        await connection.add_listener("rival", lambda *notification: told.append(str(notification[3])))

    async def settle() -> None:
        await connection.fetchval("select 1")  # notifications that are on their way come in with an answer
        while told:
            await handle(connection, told.pop(0))
        await design.run_once(connection)

    return settle


@pytest.mark.parametrize("name", [LIMITED, UNLIMITED, BATCHES, EVENTS])
async def test_a_design_leaves_the_rows_that_tocsin_leaves(postgres_dsn: str, template: str, name: str) -> None:
    theirs, ours = await with_design(postgres_dsn, template, name), await with_tocsin(postgres_dsn, template)
    assert len(ours[0]) > 50
    for left, expected in zip(theirs, ours, strict=True):
        assert left == expected


async def test_a_loop_that_sends_does_the_same_and_sends(
    postgres_dsn: str, template: str, phone: WebhookReceiver
) -> None:
    async with town(postgres_dsn, template) as (dsn, place):
        connection = await asyncpg.connect(dsn)
        try:
            await use_json(connection)
            await take_queue_out(connection)
            settle = await settling(connection, SENDING_LOOP)

            async def settle_to_phone() -> None:
                await connection.execute("update contact_methods set address = $1 || '?' || id", phone.url)
                await settle()

            theirs = await place.live(settle_to_phone)
            sent = await place.pool.fetchval("select count(*) from outgoing_messages where status = 'sent'")
        finally:
            await connection.close()
    assert theirs == await with_tocsin(postgres_dsn, template)
    assert len(phone.requests) == sent > 40


async def test_an_event_is_handled_without_a_round(postgres_dsn: str, template: str) -> None:
    async with town(postgres_dsn, template) as (_, place), place.pool.acquire() as connection:
        await take_queue_out(connection)
        ann = await place.make.reachable_user("Ann")
        rotation = await place.make.rotation(ann)
        service = await place.make.service(await place.make.policy(step(rotation), name="P"))
        await handle(connection, f"rotation:{rotation.id}")
        await handle(connection, f"alert:{await place.make.alert(service, 'disk is full')}")
        pages, _, _, on_call = await place.told()
    assert on_call == [("P", 0, "Ann")]
    assert [(page[:2], page[-1]) for page in pages] == [(("disk is full", "Ann"), timedelta(0))]
