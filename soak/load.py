"""Alerts that come in, and people who answer them or do not. What happens to which alert follows from the seed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from soak.api import Answer, Api
from soak.organisation import Organisation, Service

_TRIES = 6
_AGAIN_AFTER = 1.0
_LONGEST = 90.0

# Then what nobody has closed is over by itself, so that a long run has no more open alerts than a short one. Clock
# moves make some half an hour of it, in which most alerts climb to the end.
_OVER_AFTER = 120.0

Reaction = Literal["ignored", "acknowledged", "closed", "acknowledged and closed", "escalated", "escalated and closed"]
_REACTIONS: dict[Reaction, int] = {
    "ignored": 25,
    "acknowledged": 20,
    "closed": 20,
    "acknowledged and closed": 20,
    "escalated": 5,
    "escalated and closed": 10,
}


@dataclass(slots=True)
class Story:
    """One alert's life, and what Tocsin has answered to each request about it.

    ``accepted`` and ``unsure`` count messages that raise: answered 2xx, and those of which nobody knows.
    ``closed``: a close was accepted after the last of them.
    """

    key: str
    service: Service
    accepted: int = 0
    unsure: int = 0
    alerts: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    escalated: set[int] = field(default_factory=set)
    closed: bool = False


@dataclass(slots=True)
class Load:
    """``rate`` new stories a second until ``stop`` is set; then each ends after the request that it is about."""

    api: Api
    organisation: Organisation
    seed: int
    rate: float
    stop: asyncio.Event
    stories: list[Story] = field(default_factory=list)
    requests: int = 0
    unanswered: int = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            loop = asyncio.get_running_loop()
            began, number = loop.time(), 0
            while not self.stop.is_set():
                group.create_task(self._live(number), name=f"story {number}")
                number += 1
                await self._pause(began + number / self.rate - loop.time())

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self.stop.wait()
        except TimeoutError:
            pass

    async def _live(self, number: int) -> None:
        draw = random.Random(f"{self.seed} story {number}")
        service = draw.choice(self.organisation.services)
        story = Story(f"story {number}", service)
        self.stories.append(story)
        for pause in self._pauses(draw):
            await self._raise(story)
            await self._pause(pause)
            if self.stop.is_set():
                return
        reaction = draw.choices(list(_REACTIONS), weights=list(_REACTIONS.values()))[0]
        await self._pause(min(draw.expovariate(1 / 25), _LONGEST))
        if "acknowledged" in reaction:
            await self._act(story, "acknowledge", story.acknowledged)
        if "escalated" in reaction:
            await self._act(story, "escalate", story.escalated)
        await self._pause(min(draw.expovariate(1 / 20), _LONGEST) if "closed" in reaction else _OVER_AFTER)
        await self._close(story)

    def _pauses(self, draw: random.Random) -> list[float]:
        """After each message that raises it: three in ten are reported more than once."""
        more = draw.randint(1, 3) if draw.random() < 0.3 else 0
        return [draw.uniform(0, 5) for _ in range(more)] + [0.0]

    async def _raise(self, story: Story) -> None:
        if self.stop.is_set():
            return

        async def send() -> Answer:
            answer = await self.api.ingest(story.service.token, summary=story.key, dedup=story.key)
            if answer.is_accepted:
                story.accepted += 1
                story.alerts.add(answer.body["AlertID"])
            else:
                story.unsure += 1
            return answer

        await self._until_answered(send)

    async def _act(self, story: Story, action: str, done: set[int]) -> None:
        """On its last alert."""
        if self.stop.is_set() or not story.alerts:
            return
        alert = max(story.alerts)
        answer = await self._until_answered(lambda: self.api.ask("POST", f"alerts/{alert}/{action}"))
        if answer.is_accepted:
            done.add(alert)

    async def _close(self, story: Story) -> None:
        if self.stop.is_set():
            return

        def send() -> Awaitable[Answer]:
            return self.api.ingest(story.service.token, summary=story.key, dedup=story.key, action="close")

        story.closed = (await self._until_answered(send)).is_accepted

    async def _until_answered(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Send again what was not answered, as the documents ask of whoever sends."""
        for _ in range(_TRIES):
            self.requests += 1
            answer = await send()
            if answer.is_accepted or answer.is_refused:
                return answer
            self.unanswered += 1
            await asyncio.sleep(_AGAIN_AFTER)
        return answer
