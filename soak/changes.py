"""People who change the configuration while all of it runs."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from soak.environment import Environment
from soak.organisation import Organisation

Draw = random.Random


@dataclass(slots=True)
class Changes:
    """One change every few seconds, until ``stop`` is set. What is changed how follows from the seed."""

    environment: Environment
    seed: int
    stop: asyncio.Event
    done: Counter[str] = field(default_factory=Counter)
    moves: list[tuple[str, float]] = field(default_factory=list)
    """Which service was asked to change its policy, and when (the host's clock)."""

    async def run(self) -> None:
        draw = random.Random(f"{self.seed} changes")
        while not self.stop.is_set():
            try:
                async with asyncio.timeout(draw.uniform(1, 4)):
                    await self.stop.wait()
            except TimeoutError:
                await self._change(draw)

    async def _change(self, draw: Draw) -> None:
        kinds: Sequence[Callable[[Draw], Awaitable[None]]] = (
            self._steps,
            self._participants,
            self._maintenance,
            self._policy,
            self._override,
            self._method,
        )
        kind = draw.choice(kinds)
        await kind(draw)
        self.done[kind.__name__.strip("_")] += 1

    @property
    def _made(self) -> Organisation:
        return self.environment.organisation

    async def _patch(self, path: str, **body: object) -> None:
        await self.environment.api.ask("PATCH", path, body)

    async def _steps(self, draw: Draw) -> None:
        """Another delay and other targets of one step."""
        policy = draw.choice([policy for service in self._made.services for policy in service.policies])
        number = draw.randrange(len(policy.steps))
        delay = float(draw.randint(15, 90))
        policy.delays[number].add(delay)
        policy.steps[number] |= {"delay_seconds": delay, "targets": list(draw.choice(policy.choices))}
        await self._patch(f"escalation-policies/{policy.id}", steps=policy.steps)

    async def _participants(self, draw: Draw) -> None:
        rotation = draw.choice(self._made.rotations[:-1])
        people = draw.sample(self._made.users, draw.randint(1, 4))
        await self._patch(f"rotations/{rotation}", participants=people)

    async def _maintenance(self, draw: Draw) -> None:
        """It begins, or one that runs ends early."""
        service = draw.choice(self._made.services)
        minutes = draw.uniform(0.5, 10) if draw.random() < 0.3 else None
        until = (await self._now() + timedelta(minutes=minutes)).isoformat() if minutes else None
        await self._patch(f"services/{service.id}", maintenance_expires_at=until)

    async def _policy(self, draw: Draw) -> None:
        """A service moves to the other of its policies, or not."""
        service = draw.choice(self._made.services)
        self.moves.append((service.id, time.time()))
        await self._patch(f"services/{service.id}", escalation_policy_id=draw.choice(service.policies).id)

    async def _override(self, draw: Draw) -> None:
        """Somebody stands in for a while; refused where another override stands."""
        add, schedule = draw.choice(self._made.users), draw.choice(self._made.schedules[:2])
        start, minutes = draw.uniform(0, 10), draw.uniform(1, 20)
        now = await self._now()
        body = {
            "start_at": (now + timedelta(minutes=start)).isoformat(),
            "end_at": (now + timedelta(minutes=start + minutes)).isoformat(),
            "add_user_id": add,
        }
        await self.environment.api.ask("POST", f"schedules/{schedule}/overrides", body)

    async def _method(self, draw: Draw) -> None:
        """A contact method is switched off or on."""
        path = f"users/{self._made.users[5]}/contact-methods/{self._made.fickle_method}"
        await self._patch(path, enabled=draw.random() < 0.5)

    async def _now(self) -> datetime:
        """The time as Tocsin sees it, near enough."""
        return datetime.now(UTC) + timedelta(seconds=self.environment.jumps.ahead)
