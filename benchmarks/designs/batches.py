"""The same loop of five seconds, in batches: a transaction for each, until nothing is due."""

import sys
from dataclasses import dataclass

import asyncpg

from benchmarks.designs import moves
from tocsin.db.pool import Connection


@dataclass(frozen=True, slots=True)
class Batches:
    """``size`` alerts to a transaction. A batch that fails is left for the next round, and the others go on."""

    size: int = 500

    async def run_once(self, connection: Connection) -> int:
        """One round; how many alerts have moved."""
        async with connection.transaction():
            await moves.bring_on_call_up_to_date(connection)
        moved = await self.move_due(connection)
        while await moves.page(connection, self.size):
            pass
        return moved

    async def move_due(self, connection: Connection) -> int:
        """Alerts and their first pages, until nothing is due but what has failed."""
        total, failed = 0, list[int]()
        while batch := await moves.due_alerts(connection, self.size, failed):
            try:
                moved = await self._move(connection, batch)
            except asyncpg.PostgresError as error:
                print(f"a batch of {len(batch)} failed: {error}", file=sys.stderr)
                moved = 0
            total += moved
            if moved < len(batch):
                failed.extend(batch)  # in maintenance, held by somebody else, or failed
        return total

    async def _move(self, connection: Connection, batch: list[int]) -> int:
        async with connection.transaction():
            moved = await moves.escalate_these(connection, batch)
            await moves.page_these(connection, batch)
        return moved
