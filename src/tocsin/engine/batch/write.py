"""Writing in one round trip what many jobs write at the same moment, each in a transaction of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tocsin.db.pool import CONNECTION_ERRORS, Database, Pool
from tocsin.engine.batch.batch import Turn, Wish

Work: TypeAlias = Mapping[str, object]

# A call keeps one connection busy for some ten milliseconds; a larger storm spreads over more of them.
_MOST_IN_A_CALL = 50

_EACH = "call engine_each($1, $2::jsonb, null, null)"


@dataclass(slots=True)
class Apart:
    """Does pieces of work through the SQL function ``action``, those of one turn of the event loop in one call.

    Each is a transaction that commits before the next begins, so none can undo another. One that fails, or meets a
    locked row, is tried again by itself, and only its own job sees the error.
    """

    pool: Pool
    action: str
    _turn: Turn[Work] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = Turn(self._write_all)

    async def write(self, work: Work) -> Any:
        """What the function returns for the work: None when its object has moved. Raises what the database raises."""
        return await self._turn.ask(work)

    async def write_on(self, database: Database, work: Work) -> Any:
        """The same by itself, on a connection whose transaction does more."""
        return await database.fetchval(f"select {self.action}($1::jsonb)", work)

    async def _write_all(self, wishes: Sequence[Wish[Work]]) -> None:
        starts = range(0, len(wishes), _MOST_IN_A_CALL)
        await asyncio.gather(*(self._write(wishes[start : start + _MOST_IN_A_CALL]) for start in starts))

    async def _write(self, wishes: Sequence[Wish[Work]]) -> None:
        for wish in wishes if len(wishes) == 1 else await self._write_each(wishes):
            try:
                wish.grant(await self.write_on(self.pool, wish.what))
            except Exception as error:
                wish.refuse(error)

    async def _write_each(self, wishes: Sequence[Wish[Work]]) -> Sequence[Wish[Work]]:
        """Do all of it in one call; what failed is returned."""
        try:
            (came,) = await self.pool.fetch(_EACH, self.action, [wish.what for wish in wishes])
        except CONNECTION_ERRORS as error:
            for wish in wishes:
                wish.refuse(error)
            return ()
        except Exception:  # the call as a whole; how far it came shows when each is tried by itself
            return wishes
        failed = frozenset(came["failed"])
        for number, (wish, done) in enumerate(zip(wishes, came["done"], strict=True)):
            if number not in failed:
                wish.grant(done)
        return [wishes[number] for number in came["failed"]]
