"""Signs of life: how engines know which of them are gone, and take over what those held.

Every second and a half an engine gives a sign of life and names what it holds: its claims of pages carry its id, its
jobs those of its queue managers. Another engine takes both back when it has given no sign for ``SILENCE``, by the
database's clock, or at once when its process has ended on the same machine. So the pages of an engine that dies go
out again within ``SILENCE`` and the second and a half until somebody looks.

Silence proves no death: an engine may have been stopped, or cut off from the database. What it was sending is then sent
once more, under the same key; and one that could not give a sign in time (``is_sure``) gives one before it begins a
send, and sees whether others are at it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import structlog

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.engine.process import Process, this_process

_SQL = Statements(__package__, "life.sql")

log = structlog.get_logger(__name__)

SIGN_EVERY = timedelta(seconds=1.5)
SILENCE = timedelta(seconds=4)

# A send that begins at the last moment has to begin before others may take its page.
_SURE_FOR = SILENCE - SIGN_EVERY


@dataclass(slots=True)
class Life:
    """One engine's signs of life. ``managers`` are the queue managers that it runs, or that still have work in hand.

    ``mails``: whether it has a mail server, for whoever judges the configuration.
    """

    id: UUID = field(default_factory=uuid4)
    managers: set[UUID] = field(default_factory=set)
    mails: bool = False
    process: Process = field(default_factory=this_process)
    _signed_at: float = float("-inf")
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_sure(self) -> bool:
        """Whether no other engine can hold this one for dead yet, by the loop's clock, which nobody sets."""
        return asyncio.get_running_loop().time() - self._signed_at < _SURE_FOR.total_seconds()

    async def sign(self, pool: Pool) -> bool:
        """Give a sign of life, and take back what engines held that are gone; whether there was anything."""
        here = self.process
        async with self._signing:  # or an earlier sign is written later, without a manager begun since
            asked = asyncio.get_running_loop().time()
            others = await pool.fetch(
                _SQL["sign"], self.id, list(self.managers), here.machine, here.started, SILENCE, self.mails
            )
            self._signed_at = asked
        return any([await _take_back(pool, other, silence) for other, silence in _gone(others, here)])


def _gone(others: Iterable[asyncpg.Record], here: Process) -> Iterable[tuple[asyncpg.Record, timedelta]]:
    """The engines that are gone, each with the silence that tells: none where it is known to have ended."""
    for other in others:
        if Process(other["host"], other["pid"], other["machine"], other["started"]).has_ended(here):
            yield other, timedelta(0)
        elif other["is_silent"]:
            yield other, SILENCE


async def _take_back(pool: Pool, other: asyncpg.Record, silence: timedelta) -> bool:
    taken = await pool.fetchrow(_SQL["take_back"], other["id"], silence)
    if taken is None:  # it has given a sign meanwhile
        return False
    log.warning("engine_gone", id=str(other["id"]), host=other["host"], pid=other["pid"], ended=not silence, **taken)
    return bool(taken["pages"] or taken["jobs"])
