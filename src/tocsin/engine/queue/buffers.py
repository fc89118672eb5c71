"""PgQueuer's buffers, asleep while they hold nothing.

PgQueuer collects which jobs are done, and which go on, and tells the database every tenth of a second. It looks ten
times a second whether there is something to tell, in each worker; in an engine that has nothing to do this took more
processor time than all else together. Here a buffer waits for its first item, and from then on as PgQueuer's.
"""

import asyncio
from typing import Any

from pgqueuer.core.buffers import TimedOverflowBuffer

from tocsin.engine.loop import wait


def sleep_while_empty() -> None:
    """Let all of PgQueuer's buffers in this process do so; it makes them itself and takes no others.

    Raises AttributeError for a PgQueuer whose buffers are others.
    """
    setattr(TimedOverflowBuffer, TimedOverflowBuffer.periodic_flush.__name__, _flush_when_filled)


async def _flush_when_filled(buffer: TimedOverflowBuffer[Any]) -> None:
    while not buffer.shutdown.is_set():
        await _first_item(buffer)
        await wait(buffer.shutdown, buffer.timeout)
        await buffer.flush()


async def _first_item(buffer: TimedOverflowBuffer[Any]) -> None:
    """Wait until there is one, or the buffer is to end. It stays where it is."""
    filled = asyncio.create_task(buffer.events.get())
    over = asyncio.create_task(buffer.shutdown.wait())
    try:
        await asyncio.wait([filled, over], return_when=asyncio.FIRST_COMPLETED)
    finally:
        over.cancel()
        if not filled.cancel():
            buffer.events.put_nowait(filled.result())
