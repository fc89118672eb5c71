"""What the design says should happen, told as naively as possible: the other side of the model-based test.

Nothing here comes from the product. Times are datetimes in UTC, people are names, and everything that is due happens
in ``settle``, in one fixed order: who is on call, then the alerts, then their pages. In between, ``settle`` may not be
called for any time, as if no engine ran.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.model.on_call import MINUTE, History, Override, Rotation, Schedule

ROOM = "room"


@dataclass(eq=False)
class Step:
    """``targets`` are names of users, rotations and schedules, and the one channel."""

    delay: int
    targets: list[str]
    if_nobody: str = "skip"
    id: Any = None
    history: History = field(default_factory=History)
    changed: datetime | None = None


@dataclass(eq=False)
class Policy:
    repeat: int | None
    steps: list[Step]


@dataclass(eq=False)
class Service:
    policy: Policy
    maintenance: datetime | None = None


@dataclass
class Cycle:
    """A user's pages for one entry into a step. ``told`` are the delays of the rules that have been dealt with."""

    user: str
    start: datetime
    step_number: int
    loop: int
    told: set[int] = field(default_factory=set)


@dataclass(eq=False)
class Alert:
    """``pages``: to whom, when, at which step in which round, sent or bundled."""

    service: Service
    policy: Policy
    status: str = "triggered"
    state: str = "new"
    step: Step | None = None
    number: int | None = None
    loop: int = 0
    next: datetime | None = None
    asked: bool = False
    cycles: list[Cycle] = field(default_factory=list)
    pages: list[tuple[str, datetime, int, int, str]] = field(default_factory=list)


@dataclass
class Model:
    """All of it. ``rules``: after how many minutes each user, and the channel, is paged; without any, never."""

    rules: dict[str, list[int]]
    rotations: dict[str, Rotation]
    schedules: dict[str, Schedule]
    policies: list[Policy]
    services: list[Service]
    alerts: list[Alert] = field(default_factory=list)
    looked: datetime | None = None

    def on_call(self, step: Step, now: datetime) -> set[str]:
        people: set[str] = set()
        for target in step.targets:
            if target in self.rotations:
                people |= {self.rotations[target].at(now) or ""} - {""}
            elif target in self.schedules:
                people |= self.schedules[target].on_call(now)
            elif target != ROOM:
                people.add(target)
        return people

    def settle(self, now: datetime) -> None:
        for rotation in self.rotations.values():
            rotation.settle(now)
        for schedule in self.schedules.values():
            for at in schedule.passed(max(self.looked or now, schedule.rotation.changed), now):
                schedule.history.become(schedule.on_call(at), at)
        for step in (step for policy in self.policies for step in policy.steps):
            for at in self._passed(step, now):
                step.history.become(self.on_call(step, at), at)
        self.looked = now
        for service in self.services:
            if service.maintenance is not None and service.maintenance <= now:
                service.maintenance = None
        for alert in self.alerts:
            if alert.status == "triggered":
                self._move(alert, now)
                self._page(alert, now)

    def _passed(self, step: Step, now: datetime) -> list[datetime]:
        """Moments at which the step's answer may have changed, since it was looked at, or since people changed it."""
        schedules = [self.schedules[each] for each in step.targets if each in self.schedules]
        rotations = [self.rotations[each] for each in step.targets if each in self.rotations]
        changes = [each.changed for each in (*rotations, *(schedule.rotation for schedule in schedules))]
        since = max([self.looked or now, step.changed or now, *changes])
        return sorted(
            {at for each in (*schedules, *map(Schedule, rotations)) for at in each.passed(since, now)} | {now, since}
        )

    def _move(self, alert: Alert, now: datetime) -> None:
        policy = alert.service.policy
        if alert.policy is not policy:  # A7
            alert.policy, alert.state, alert.loop = policy, "new", 0
            alert.step = alert.number = None
            alert.next, alert.asked = now, False
        if not self._is_due(alert, now):
            return
        if not policy.steps:
            self._rest(alert, "no_steps")
        elif alert.service.maintenance is not None:
            alert.state, alert.next, alert.asked = "maintenance", None, False
        else:
            self._climb(alert, now)

    def _is_due(self, alert: Alert, now: datetime) -> bool:
        if alert.asked or alert.state in ("no_steps", "maintenance"):
            return True
        if alert.state == "exhausted":
            return not alert.policy.steps
        if alert.number is not None and alert.step not in alert.policy.steps:  # A6
            return True
        if alert.state == "nobody" and any(self._reachable(step, now) for step in alert.policy.steps):
            return True
        return alert.next is not None and alert.next <= now

    def _climb(self, alert: Alert, now: datetime) -> None:
        """To the next step that pages somebody or waits (A3, A5, A6, A8), in at most one round."""
        policy, (number, loop) = alert.policy, self._next(alert)
        for _ in policy.steps:
            if number == len(policy.steps):
                number, loop = 0, loop + 1
                if self._is_used_up(policy, loop) and not alert.asked:
                    return self._exhaust(alert)
            step = policy.steps[number]
            if self._reachable(step, now) or step.if_nobody == "wait":
                return self._enter(alert, step, (number, loop), now)
            number += 1
        loop += number == len(policy.steps)
        if self._is_used_up(policy, loop):
            return self._exhaust(alert)
        self._rest(alert, "nobody")
        alert.loop, alert.next = loop, now + sum(step.delay for step in policy.steps) * MINUTE
        return None

    def _next(self, alert: Alert) -> tuple[int, int]:
        if alert.number is None:
            return 0, alert.loop
        if alert.step in alert.policy.steps:
            return alert.policy.steps.index(alert.step) + 1, alert.loop
        return (alert.number if alert.number < len(alert.policy.steps) else 0), alert.loop

    def _enter(self, alert: Alert, step: Step, place: tuple[int, int], now: datetime) -> None:
        alert.state, alert.step, (alert.number, alert.loop) = "escalating", step, place
        alert.next, alert.asked = now + step.delay * MINUTE, False
        alert.cycles += [Cycle(user, now, *place) for user in sorted(self._reachable(step, now))]

    def _reachable(self, step: Step, now: datetime) -> set[str]:
        return {user for user in self.on_call(step, now) if self.rules[user]} | {ROOM} & set(step.targets)

    def _is_used_up(self, policy: Policy, loop: int) -> bool:
        return policy.repeat is not None and loop > policy.repeat

    def _rest(self, alert: Alert, state: str) -> None:
        alert.state, alert.step, alert.number, alert.next, alert.asked = state, None, None, None, False

    def _exhaust(self, alert: Alert) -> None:
        alert.state, alert.next, alert.asked = "exhausted", None, False

    def _page(self, alert: Alert, now: datetime) -> None:
        """N1: of several overdue pages to one user, of all cycles, only the latest goes out. M1 holds them all."""
        if alert.service.maintenance is not None:
            return
        latest: dict[str, tuple[datetime, int]] = {}
        for number, cycle, delay in self._overdue(alert, now):
            latest[cycle.user] = max(latest.get(cycle.user, (cycle.start, -1)), (cycle.start + delay * MINUTE, number))
        for number, cycle, delay in self._overdue(alert, now):
            is_latest = latest[cycle.user] == (cycle.start + delay * MINUTE, number)
            status = "sent" if is_latest else "bundled"
            alert.pages.append((cycle.user, now, cycle.step_number, cycle.loop, status))
            cycle.told.add(delay)

    def _overdue(self, alert: Alert, now: datetime) -> list[tuple[int, Cycle, int]]:
        return [
            (number, cycle, delay)
            for number, cycle in enumerate(alert.cycles)
            for delay in self.rules[cycle.user]
            if delay not in cycle.told and cycle.start + delay * MINUTE <= now
        ]

    def due(self, now: datetime) -> list[datetime]:
        """The moments after now at which something happens by itself, in order."""
        return sorted({moment for moment in self._moments(now) if moment > now})

    def _moments(self, now: datetime) -> Iterator[datetime]:
        yield from (rotation.next_change() for rotation in self.rotations.values())
        for schedule in self.schedules.values():
            yield from schedule.edges(now)
        yield from (service.maintenance for service in self.services if service.maintenance is not None)
        for alert in self.alerts:
            if alert.next is not None:
                yield alert.next
            for cycle in alert.cycles:
                yield from (cycle.start + delay * MINUTE for delay in self.rules[cycle.user])

    def acknowledge(self, alert: Alert) -> None:
        alert.status, alert.state, alert.next, alert.asked = "acknowledged", "acknowledged", None, False
        alert.cycles.clear()  # A4

    def close(self, alert: Alert) -> None:
        alert.status, alert.next = "closed", None
        alert.cycles.clear()

    def escalate(self, alert: Alert, now: datetime) -> bool:
        """Whether it is granted (A5)."""
        until = alert.service.maintenance
        if alert.status == "closed" or not alert.service.policy.steps or (until is not None and until > now):
            return False
        alert.status, alert.asked = "triggered", True
        return True

    def override(self, schedule: Schedule, new: Override) -> bool:
        """Whether it can stand beside the others (S2)."""
        granted = not any(new.conflicts(other) for other in schedule.overrides)
        if granted:
            schedule.overrides.append(new)
        return granted
