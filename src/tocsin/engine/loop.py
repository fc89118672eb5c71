"""The one loop for everything that the engine does every so often."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from tocsin.db.pool import CONNECTION_ERRORS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Calls ``run_once`` at once and then after every ``every``, until ``stop`` is set.

    A database that is away is waited for; any other fault is logged and does not end the loop.
    """

    name: str
    every: timedelta
    run_once: Callable[[], Awaitable[object]]

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.run_once()
            except CONNECTION_ERRORS as error:
                log.warning("loop_waits_for_database", loop=self.name, error=type(error).__name__)
            except Exception:
                log.exception("loop_failed", loop=self.name)
            await wait(stop, self.every)


async def wait(stop: asyncio.Event, time: timedelta) -> None:
    """Wait for the event, for ``time`` at most."""
    try:
        async with asyncio.timeout(time.total_seconds()):
            await stop.wait()
    except TimeoutError:
        pass


async def first(*awaited: asyncio.Task[None] | asyncio.Event) -> None:
    """Wait until one of the tasks is over or one of the events is set."""
    waits = [asyncio.create_task(each.wait()) for each in awaited if isinstance(each, asyncio.Event)]
    tasks = [each for each in awaited if isinstance(each, asyncio.Task)]
    try:
        await asyncio.wait([*tasks, *waits], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for item in waits:
            item.cancel()
