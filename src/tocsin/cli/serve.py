"""``tocsin serve``: web, API and engine in one process; ``tocsin engine``: one more engine."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import structlog

from tocsin.cli.first_start import first_start
from tocsin.cli.greeting import greet, keep
from tocsin.cli.runtime import bring_up_to_date, load_settings, open_database, stop_on_signal
from tocsin.cli.serving import running_engine, running_probes, running_watch, running_web
from tocsin.engine.loop import first
from tocsin.errors import ConfigurationError
from tocsin.ingest.traffic import Traffic

log = structlog.get_logger(__name__)


async def serve(*, with_engine: bool) -> None:
    """Serve until told to stop. Raises ConfigurationError when something is not as it must be."""
    loaded = load_settings()
    stop = asyncio.Event()
    stop_on_signal(stop)
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(open_database(loaded, exclusive=True))
        for name in await bring_up_to_date(dsn):
            log.info("migrated", migration=name)
        begun = asyncio.Event()
        wakes: list[Callable[[], None]] = []
        traffic = Traffic()
        web = await stack.enter_async_context(running_web(loaded, dsn, begun, wakes, traffic))
        if with_engine:
            engine = await stack.enter_async_context(running_engine(loaded, dsn))
            engine.give_way_while(traffic.is_heavy)
            wakes.append(engine.wake)
        await stack.enter_async_context(running_watch(loaded, dsn))
        # Only once all runs: an account whose sign-in could not be shown would be lost to its owner.
        made = await first_start(dsn, partial(keep, loaded))
        begun.set()
        greet(loaded, made)
        _keep_out_of_collections()
        await _until(stop, web)
        log.info("stopping")
    log.info("stopped")


async def run_engine() -> None:
    """Run an engine until told to stop, on the database that ``tocsin serve`` keeps up to date."""
    loaded = load_settings()
    stop = asyncio.Event()
    stop_on_signal(stop)
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(open_database(loaded))
        await bring_up_to_date(dsn)
        await stack.enter_async_context(running_probes(loaded, dsn))
        engine = await stack.enter_async_context(running_engine(loaded, dsn))
        await stack.enter_async_context(running_watch(loaded, dsn))
        log.info("engine_running", id=str(engine.id))
        _keep_out_of_collections()
        await stop.wait()
        log.info("stopping")
    log.info("stopped")


_NEW_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def _keep_out_of_collections() -> None:
    """Exclude the objects that start-up has made from garbage collection: looking at them took 100 ms of some requests.

    New objects are collected less often, too: in a storm there are thousands of pages under way and hardly any garbage,
    and collecting took a tenth of the processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_BETWEEN_COLLECTIONS, 10, 10)


async def _until(stop: asyncio.Event, web: asyncio.Task[None]) -> None:
    await first(web, stop)
    if web.done() and not stop.is_set():
        raise ConfigurationError("the web server ended by itself; its log says why")
