"""What stories about heartbeat monitors have in common."""

from dataclasses import dataclass, replace
from typing import Any

from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step
from tests.stories.on_call import MONDAY, at

from tocsin.domain.heartbeats.decide import ShownStatus
from tocsin.store.actor import acting
from tocsin.store.heartbeats import monitors, pings
from tocsin.store.heartbeats.monitors import Monitor
from tocsin.store.heartbeats.pings import NewPing, PingKind
from tocsin.store.services import services
from tocsin.store.services.services import Service

MISSED = "Backup has missed its heartbeat"


@dataclass(frozen=True, slots=True)
class Watched:
    """A monitor of a service that pages Ann, and what happens to it. Whatever is due has happened after a call."""

    story: Story
    service: Service
    monitor: Monitor
    secret: str

    async def ping(self, kind: PingKind = "ok", exit_code: int | None = None) -> None:
        await self.ping_in_absence(kind, exit_code)
        await settled(self.story.pool)

    async def ping_in_absence(self, kind: PingKind = "ok", exit_code: int | None = None) -> None:
        """As ``ping``, while no engine runs."""
        await pings.ping(self.story.pool, self.secret, NewPing(kind=kind, exit_code=exit_code))

    async def change(self, **changes: Any) -> None:
        async with acting(self.story.pool, TESTER) as connection:
            await services.lock(connection, self.service.id)
            stored = await monitors.get(connection, self.service.id, self.monitor.id)
            await monitors.update(connection, stored, replace(stored.spec, **changes))
        await settled(self.story.pool)

    async def arm(self) -> None:
        async with acting(self.story.pool, TESTER) as connection:
            await services.lock(connection, self.service.id)
            await monitors.arm(connection, self.service.id, self.monitor.id)
        await settled(self.story.pool)

    async def now(self) -> Monitor:
        return await monitors.get(self.story.pool, self.service.id, self.monitor.id)

    async def status(self) -> ShownStatus:
        return (await self.now()).status

    async def alerts(self) -> list[tuple[str, str]]:
        """The service's alerts, with the status of each."""
        rows = await self.story.pool.fetch("select summary, status from alerts order by id")
        return [(row["summary"], row["status"]) for row in rows]

    async def history(self) -> list[tuple[str, str]]:
        """What it was, with the reason of each time."""
        rows = await self.story.pool.fetch("select status, reason from heartbeat_history order by started_at, id")
        return [(row["status"], row["reason"]) for row in rows]


async def watched(story: Story, *, armed: bool = False, **expected: Any) -> Watched:
    """A new monitor, on a Monday at midnight: every ten minutes, with a grace of two, unless said otherwise."""
    await at(story, MONDAY)
    policy = await story.make.policy(step(await story.user("ann"), delay=minutes(600)))
    service = await story.make.service(policy)
    monitor, secret = await story.make.heartbeat_monitor(service, armed=armed, **expected)
    await settled(story.pool)
    return Watched(story, service, monitor, secret)
