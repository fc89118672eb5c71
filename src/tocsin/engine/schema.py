"""Whether the database has the schema that this version knows; an engine takes no job while it has another.

A newer Tocsin may migrate the database while older engines are at work on it. They cannot know what the rows mean from
then on, so they stop and say so, and what waits is left to engines that do. A database that is put back is worked on
again.
"""

import asyncio
from dataclasses import dataclass, field

import structlog

from tocsin.db.migrate import unfit
from tocsin.db.pool import Pool

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Schema:
    """What ``check`` has found. Neither event is set before the first check, and one of them ever after."""

    known: asyncio.Event = field(default_factory=asyncio.Event)
    unknown: asyncio.Event = field(default_factory=asyncio.Event)
    paused_because: str | None = None
    """Why no job may be taken; None when they may."""

    async def check(self, pool: Pool) -> bool:
        """Read which version there is, and log and return whether that changes what this engine may do."""
        before = self.paused_because
        async with pool.acquire() as connection:
            reason = self.paused_because = await unfit(connection)
        set_one, clear_one = (self.known, self.unknown) if reason is None else (self.unknown, self.known)
        clear_one.clear()
        set_one.set()
        if reason == before:
            return False
        if reason is None:
            log.info("engine_goes_on")
        else:
            log.error("engine_paused", reason=reason)
        return True
