"""The real side of the model-based test: an engine on a database of its own, changed and read as the model is."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import asyncpg
from tests.fixtures.database import TESTER, cloned
from tests.fixtures.engine import Story, minutes, running_engine, settled
from tests.fixtures.factories import Factory, rule, target
from tests.model.model import ROOM, Alert, Model, Policy, Service, Step
from tests.model.on_call import BERLIN, ORIGIN, Override, moments

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Connection, open_pool
from tocsin.errors import Conflict
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import new_alert
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.on_call import overrides, rotations, schedules
from tocsin.store.on_call.overrides import OverrideSpec
from tocsin.store.policies import policies
from tocsin.store.policies.policy_steps import StepSpec
from tocsin.store.services import services
from tocsin.testing.clock import Clock

Act = Callable[[Connection, int, Actor], Awaitable[object]]


@dataclass
class World:
    """Names and objects of the model, and what they are in the database."""

    stack: AsyncExitStack
    story: Story
    dsn: str
    users: dict[str, Any] = field(default_factory=dict)
    rotations: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    policies: dict[Policy, Any] = field(default_factory=dict)
    services: dict[Service, Any] = field(default_factory=dict)
    alerts: dict[Alert, int] = field(default_factory=dict)
    room: Any = None
    engine: AsyncExitStack | None = None

    @classmethod
    async def open(cls, postgres_dsn: str, template: str, model: Model, now: datetime) -> "World":
        """A world as the model says, at that moment, without an engine yet."""
        async with AsyncExitStack() as stack:
            dsn = await stack.enter_async_context(cloned(postgres_dsn, template))
            pool = await stack.enter_async_context(open_pool(dsn, size=5, application_name="tocsin test"))
            connection = await asyncpg.connect(dsn)
            stack.push_async_callback(connection.close)
            phone = await stack.enter_async_context(WebhookReceiver())
            clock = Clock(connection)
            await clock.freeze()
            await clock.move_to(now)
            world = cls(stack, Story(pool, Factory(pool), clock, phone), dsn)
            await world._make(model)
            world.stack = stack.pop_all()
            return world

    async def close(self) -> None:
        await self.stop()
        await self.stack.aclose()

    async def _make(self, model: Model) -> None:
        make, story = self.story.make, self.story
        for name in model.rules.keys() - {ROOM}:
            delays = model.rules[name]
            self.users[name] = await (story.user(name, *delays) if delays else make.user(name))
        self.room = await make.channel(ROOM, story.address(ROOM))
        for name, rotation in model.rotations.items():
            people = [self.users[each] for each in rotation.people]
            phase = {"kind": "hourly", "shift_length": rotation.hours, "start_at": moments(ORIGIN)[0]}
            self.rotations[name] = await make.rotation(*people, name=name, time_zone=BERLIN.key, **phase)
        for name, schedule in model.schedules.items():
            rotation = next(key for key, each in model.rotations.items() if each is schedule.rotation)
            hours = [datetime.min.time().replace(hour=hour % 24) for hour in (schedule.begins, schedule.ends)]
            only = rule(self.rotations[rotation], *hours)
            self.schedules[name] = await make.schedule(only, name=name, time_zone=BERLIN.key)
        for policy in model.policies:
            specs = [self._spec(step) for step in policy.steps]
            self.policies[policy] = await make.policy(*specs, repeat=policy.repeat)
            self._note_ids(policy)
        for service in model.services:
            self.services[service] = await make.service(self.policies[service.policy])

    def _spec(self, step: Step) -> StepSpec:
        things = {**self.users, **self.rotations, **self.schedules, ROOM: self.room}
        targets = tuple(target(things[name]) for name in step.targets)
        return StepSpec(delay=minutes(step.delay), targets=targets, if_nobody=step.if_nobody, id=step.id)

    def _note_ids(self, policy: Policy) -> None:
        for step, made in zip(policy.steps, self.policies[policy].steps, strict=True):
            step.id = made.id

    async def start(self) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running_engine(self.dsn, self.story.pool))
            self.engine = stack.pop_all()

    async def stop(self) -> None:
        if self.engine is not None:
            await self.engine.aclose()
        self.engine = None

    async def settle(self) -> None:
        await settled(self.story.pool)

    async def move_to(self, now: datetime) -> None:
        await self.story.clock.move_to(now)

    async def raise_alert(self, alert: Alert) -> None:
        number = f"alert {len(self.alerts)}"
        new = NewAlert(summary=number, dedup_key=number)
        async with acting(self.story.pool, TESTER) as connection:
            raised = await new_alert.raise_alert(connection, self.services[alert.service].id, new, TESTER)
        self.alerts[alert] = raised.alert_id

    async def act(self, act: Act, alert: Alert) -> bool:
        """Whether the action is granted."""
        try:
            async with acting(self.story.pool, TESTER) as connection:
                await act(connection, self.alerts[alert], TESTER)
        except Conflict:
            return False
        return True

    async def change_policy(self, policy: Policy) -> None:
        async with acting(self.story.pool, TESTER) as connection:
            locked = await policies.lock(connection, self.policies[policy].id)
            spec = replace(locked.spec, steps=tuple(map(self._spec, policy.steps)), repeat=policy.repeat)
            self.policies[policy] = await policies.update(connection, locked, spec)
        self._note_ids(policy)

    async def change_service(self, service: Service) -> None:
        async with acting(self.story.pool, TESTER) as connection:
            locked = await services.lock(connection, self.services[service].id)
            policy, expires_at = self.policies[service.policy].id, service.maintenance
            spec = replace(locked.spec, escalation_policy_id=policy, maintenance_expires_at=expires_at)
            await services.update(connection, locked, spec)

    async def change_participants(self, name: str, people: list[str]) -> None:
        async with acting(self.story.pool, TESTER) as connection:
            locked = await rotations.lock(connection, self.rotations[name].id)
            spec = replace(locked.spec, participants=[self.users[each].id for each in people])
            await rotations.update(connection, locked, spec)

    async def override(self, name: str, new: Override) -> bool:
        """Whether it is granted."""
        ids = {person: self.users[person].id for person in (new.add, new.remove) if person}
        spec = OverrideSpec(
            start_at=new.start, end_at=new.end, add_user_id=ids.get(new.add), remove_user_id=ids.get(new.remove)
        )
        try:
            async with acting(self.story.pool, TESTER) as connection:
                await schedules.lock(connection, self.schedules[name].id)
                await overrides.create(connection, self.schedules[name].id, spec)
        except Conflict:
            return False
        return True

    async def standing(self, alert: Alert) -> tuple[object, ...]:
        """Status and, while the alert is open, where it stands."""
        row = await self.story.standing(self.alerts[alert])
        columns = ("state", "step_number", "loop_count", "next_escalation")
        return (await self.story.status(self.alerts[alert]), *(row[name] for name in columns if row))

    async def pages(self, alert: Alert) -> list[tuple[object, ...]]:
        """To whom, when, at which step in which round, sent or bundled."""
        rows = await self.story.pool.fetch(
            "select target_name, coalesce(sent_at, created_at), step_number, loop_count, status"
            " from outgoing_messages where alert_id = $1",
            self.alerts[alert],
        )
        return [tuple(row) for row in rows]

    async def sent_keys(self) -> Counter[str]:
        rows = await self.story.pool.fetch("select idempotency_key from outgoing_messages where status = 'sent'")
        return Counter(row["idempotency_key"] for row in rows)

    async def step_history(self, step: Step) -> list[tuple[object, ...]]:
        return await self._history("ep_step_on_call_users", "ep_step_id", step.id)

    async def schedule_history(self, name: str) -> list[tuple[object, ...]]:
        return await self._history("schedule_on_call_users", "schedule_id", self.schedules[name].id)

    async def _history(self, table: str, column: str, id_: object) -> list[tuple[object, ...]]:
        rows = await self.story.pool.fetch(
            f"select users.name, start_time, end_time from {table} join users on users.id = user_id"
            f" where {column} = $1",
            id_,
        )
        return [tuple(row) for row in rows]

    async def active(self, name: str) -> tuple[str | None, int | None, datetime | None]:
        """Who is active in the rotation, at which position, and until when."""
        found = await rotations.get(self.story.pool, self.rotations[name].id)
        names = {user.id: key for key, user in self.users.items()}
        person = names[found.active_user_id] if found.active_user_id else None
        return person, found.position, found.next_handoff_at
