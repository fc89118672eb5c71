"""A notification for each new alert and each change, handled at once; and looks every second for what is due."""

import asyncio
import sys
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from benchmarks.designs import moves
from benchmarks.designs.batches import Batches
from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements

_SQL = Statements(__package__, "events.sql")
_LOOK_EVERY = 1.0
_SCHEDULES_EVERY = 5
_WORKERS = 4


@dataclass(slots=True)
class Events:
    """What was told waits in ``told``; an alert or a change is one transaction."""

    batches: Batches = field(default_factory=lambda: Batches(100))
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def run(self, dsn: str, pool: Pool, stop: asyncio.Event) -> None:
        """Listen, work and look until ``stop`` is set."""
        listener = await asyncpg.connect(dsn, server_settings={"application_name": "rival listener"})
        await listener.add_listener("rival", lambda *told: self.told.put_nowait(str(told[3])))
        tasks = [asyncio.create_task(self._work(pool)) for _ in range(_WORKERS)]
        tasks.append(asyncio.create_task(self._look(pool)))
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.close()

    async def _work(self, pool: Pool) -> None:
        while True:
            told = await self.told.get()
            try:
                async with pool.acquire() as connection, connection.transaction():
                    await handle(connection, told)
            except asyncpg.PostgresError as error:
                print(f"{told} failed: {error}", file=sys.stderr)

    async def _look(self, pool: Pool) -> None:
        number = 0
        while True:
            async with pool.acquire() as connection:
                await self.look_once(connection, schedules=number % _SCHEDULES_EVERY == 0)
            number += 1
            await asyncio.sleep(_LOOK_EVERY)

    async def run_once(self, connection: Connection) -> int:
        """A look at everything."""
        return await self.look_once(connection, schedules=True)

    async def look_once(self, connection: Connection, *, schedules: bool) -> int:
        """What nobody tells, since it comes with time: shifts that are over, and alerts and cycles that are due."""
        async with connection.transaction():
            rotations = await moves.due_rotations(connection)
            changed = await moves.changed_schedules(connection) if schedules else ()
            if rotations or changed:
                await moves.bring_up_to_date(connection, rotations=rotations, schedules=changed)
        moved = await self.batches.move_due(connection)
        while await moves.page(connection, self.batches.size):
            pass
        return moved


async def install(connection: Connection) -> None:
    """Give the database the triggers that tell."""
    await connection.execute(_SQL["install"])


async def handle(connection: Connection, told: str) -> None:
    """What one notification asks for."""
    kind, _, object_id = told.partition(":")
    match kind:
        case "alert":
            await moves.escalate_these(connection, [int(object_id)])
            await moves.page_these(connection, [int(object_id)])
        case "rotation":
            await moves.bring_up_to_date(connection, rotations=[UUID(object_id)])
        case "schedule":
            await moves.bring_up_to_date(connection, schedules=[UUID(object_id)])
        case "policy":
            await moves.bring_up_to_date(connection, policies=[UUID(object_id)])
