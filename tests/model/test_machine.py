"""Whatever people, monitoring and time do, the engine does what a small model of the design says.

A state machine draws sequences of operations, does each to the real thing and to the model, and compares the two after
each. ``TOCSIN_MODEL_EXAMPLES`` draws so many sequences, new ones each time, instead of the usual few.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.model.model import ROOM, Alert, Model, Policy, Service, Step
from tests.model.on_call import MINUTE, Override, Rotation, Schedule
from tests.model.world import World

from tocsin.store.alerts import actions

RULES = {"ann": [0], "ben": [0, 3], "cid": [1, 4, 5], "dee": [0], "eva": [], ROOM: [0]}
USERS = sorted(RULES.keys() - {ROOM})
TARGETS = [*USERS, "hourly", "longer", "always", "days", ROOM]

# Soon afterwards the clocks of Berlin are put forward, and back.
BEGINS = (datetime(2027, 3, 27, 21, 30, tzinfo=UTC), datetime(2027, 10, 30, 21, 30, tzinfo=UTC))

index = st.integers(0, 9)
users = st.sampled_from(USERS)
delays = st.sampled_from([1, 3, 10, 30, 60])
targets = st.lists(st.sampled_from(TARGETS), max_size=2, unique=True)
steps = st.builds(Step, delay=delays, targets=targets, if_nobody=st.sampled_from(["skip", "skip", "wait"]))
policies = st.builds(Policy, repeat=st.sampled_from([0, 1, None]), steps=st.lists(steps, min_size=1, max_size=3))


class Machine(RuleBasedStateMachine):
    """``postgres`` and ``template`` say where its database comes from, ``now`` when it begins."""

    postgres: str
    template: str
    now: datetime

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world: World | None = None
        self.down_for = 0

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(coroutine)

    @initialize(
        first=policies,
        second=policies,
        hourly=st.lists(users, max_size=3, unique=True),
        longer=st.lists(users, min_size=1, max_size=3, unique=True),
    )
    def begin(self, first: Policy, second: Policy, hourly: list[str], longer: list[str]) -> None:
        rotations = {"hourly": Rotation(1, hourly), "longer": Rotation(24, longer)}
        schedules = {"always": Schedule(rotations["hourly"]), "days": Schedule(rotations["longer"], 2, 20)}
        services = [Service(first), Service(second)]
        self.model = Model(RULES, rotations, schedules, [first, second], services)
        for thing in (*rotations.values(), *first.steps, *second.steps):
            thing.changed = self.now
        self.world = self.do(World.open(self.postgres, self.template, self.model, self.now))
        for service in services:
            self.raise_on(service)
        self.settle()

    def teardown(self) -> None:
        if self.world is not None:
            self.do(self.world.close())
        self.runner.close()

    @rule(number=index)
    def raise_alert(self, number: int) -> None:
        self.raise_on(self.model.services[number % 2])
        self.settle()

    @rule(number=index)
    def acknowledge(self, number: int) -> None:
        alert = self.alert(number)
        granted = self.do(self.world.act(actions.acknowledge, alert))
        assert granted == (alert.status != "closed")
        if granted:
            self.model.acknowledge(alert)
        self.settle()

    @rule(number=index)
    def close(self, number: int) -> None:
        alert = self.alert(number)
        assert self.do(self.world.act(actions.close, alert))
        self.model.close(alert)
        self.settle()

    @rule(number=index)
    def escalate(self, number: int) -> None:
        alert = self.alert(number)
        assert self.do(self.world.act(actions.escalate, alert)) == self.model.escalate(alert, self.now)
        self.settle()

    @rule(number=index)
    def acknowledge_and_escalate(self, number: int) -> None:
        """Mostly so soon that no engine looks in between; it makes no difference."""
        alert = self.alert(number)
        if self.do(self.world.act(actions.acknowledge, alert)):
            self.model.acknowledge(alert)
        self.escalate(number)

    @rule(number=index)
    def turn_steps_round(self, number: int) -> None:
        policy = self.model.policies[number % 2]
        policy.steps.reverse()
        self.policy_changed(policy)

    @rule(number=index, place=index, change=st.one_of(delays, targets))
    def change_step(self, number: int, place: int, change: int | list[str]) -> None:
        """Another delay, or other targets."""
        policy = self.model.policies[number % 2]
        if policy.steps:
            step = policy.steps[place % len(policy.steps)]
            if isinstance(change, int):
                step.delay = change
            elif change != step.targets:
                step.targets, step.changed = change, self.now
        self.policy_changed(policy)

    @rule(number=index, place=index, step=steps)
    def add_step(self, number: int, place: int, step: Step) -> None:
        policy = self.model.policies[number % 2]
        step.changed = self.now
        policy.steps.insert(place % (len(policy.steps) + 1), step)
        self.policy_changed(policy)

    @rule(number=index, place=index)
    def remove_step(self, number: int, place: int) -> None:
        policy = self.model.policies[number % 2]
        if policy.steps:
            del policy.steps[place % len(policy.steps)]
        self.policy_changed(policy)

    @rule(number=index)
    def remove_step_below(self, number: int) -> None:
        """The one that an alert stands on."""
        alert = self.alert(number)
        if alert.step in alert.service.policy.steps:
            alert.service.policy.steps.remove(alert.step)
        self.policy_changed(alert.service.policy)

    @rule(name=st.sampled_from(["hourly", "longer"]), user=users, place=index)
    def change_participants(self, name: str, user: str, place: int) -> None:
        """Take the user out, or put the user in at a place."""
        people = self.model.rotations[name].people
        if user in people:
            people.remove(user)
        else:
            people.insert(place % (len(people) + 1), user)
        self.model.rotations[name].changed = self.now
        self.do(self.world.change_participants(name, people))
        self.settle()

    @rule(
        name=st.sampled_from(["always", "days"]),
        people=st.lists(st.sampled_from([*USERS, None]), min_size=2, max_size=2, unique=True),
        starts=st.sampled_from([0, 0, 10, 45]),
        lasts=st.sampled_from([5, 60, 300]),
    )
    def add_override(self, name: str, people: list[str | None], starts: int, lasts: int) -> None:
        start = self.now + starts * MINUTE
        override = Override(start, start + lasts * MINUTE, *people)
        assert self.do(self.world.override(name, override)) == self.model.override(self.model.schedules[name], override)
        self.settle()

    @rule(number=index, lasts=st.sampled_from([None, 2, 10, 60]))
    def maintain(self, number: int, lasts: int | None) -> None:
        service = self.model.services[number % 2]
        service.maintenance = None if lasts is None else self.now + lasts * MINUTE
        self.do(self.world.change_service(service))
        self.settle()

    @rule(number=index, other=index)
    def move_service(self, number: int, other: int) -> None:
        service = self.model.services[number % 2]
        service.policy = self.model.policies[other % 2]
        self.do(self.world.change_service(service))
        self.settle()

    @rule(by=st.sampled_from([1, 7, 61, 130, 1500]))
    def jump(self, by: int) -> None:
        """Time passes at one go, as if the engine had been asleep."""
        self.move_to(self.now + by * MINUTE)

    @rule(count=st.integers(1, 5))
    def next_due(self, count: int) -> None:
        """Time passes from one due moment to the next."""
        for _ in range(count):
            self.move_to(self.model.due(self.now)[0])

    @rule(by=st.sampled_from([2, 15, 40]))
    def pass_minutes(self, by: int) -> None:
        """Time passes from one due moment to the next, and ends between two of them."""
        end = self.now + by * MINUTE
        while (due := self.model.due(self.now)[0]) < end:
            self.move_to(due)
        self.move_to(end)

    @rule(operations=st.integers(0, 3))
    def stop_engine(self, operations: int) -> None:
        """No engine runs until so many operations are done."""
        self.do(self.world.stop())
        self.down_for = operations
        self.settle()

    def raise_on(self, service: Service) -> None:
        alert = Alert(service, service.policy, next=self.now)
        self.model.alerts.append(alert)
        self.do(self.world.raise_alert(alert))

    def alert(self, number: int) -> Alert:
        return self.model.alerts[number % len(self.model.alerts)]

    def policy_changed(self, policy: Policy) -> None:
        self.do(self.world.change_policy(policy))
        self.settle()

    def move_to(self, now: datetime) -> None:
        self.now = now
        self.do(self.world.move_to(now))
        self.settle()

    def settle(self) -> None:
        """Start the engine if it is time; if there is one, let both do what is due, and compare."""
        if self.world.engine is None:
            if self.down_for > 0:
                self.down_for -= 1
                return
            self.do(self.world.start())
        self.model.settle(self.now)
        self.do(self.world.settle())
        self.do(self.compare())

    async def compare(self) -> None:
        world, model = self.world, self.model
        for name, rotation in model.rotations.items():
            expected = (rotation.active, rotation.position, rotation.next_change()) if rotation.active else (None,) * 3
            assert await world.active(name) == expected, name
        for name, schedule in model.schedules.items():
            assert same(await world.schedule_history(name), schedule.history.stints), name
        for step in (step for policy in model.policies for step in policy.steps):
            assert same(await world.step_history(step), step.history.stints), step
        for alert in model.alerts:
            standing = (alert.state, alert.number, alert.loop, alert.next) if alert.status != "closed" else ()
            assert await world.standing(alert) == (alert.status, *standing)
            assert same(await world.pages(alert), alert.pages)
        assert world.story.pages() == await world.sent_keys()
        assert await world.story.overdue() == []


def same(found: list[Any], expected: list[Any]) -> bool:
    """Whether both hold the same, in any order. Pytest shows what differs."""
    assert Counter(found) == Counter(expected)
    return True


WANTED = os.environ.get("TOCSIN_MODEL_EXAMPLES")


@pytest.mark.timeout(3600 if WANTED else 120)
@pytest.mark.parametrize("part", range(4))
def test_the_engine_does_what_the_model_says(part: int, postgres_dsn: str, template: str) -> None:
    """In parts, for tests run in parallel."""
    machine = type("Machine", (Machine,), {"postgres": postgres_dsn, "template": template, "now": BEGINS[part % 2]})
    run_state_machine_as_test(
        machine if WANTED else seed(part)(machine),
        settings=settings(
            max_examples=int(WANTED or 28) // 4,
            stateful_step_count=20,
            phases=[Phase.generate, Phase.shrink] if WANTED else [Phase.generate],
            deadline=None,
            database=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
