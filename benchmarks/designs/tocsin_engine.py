"""Tocsin's engine as the others are measured: everything up to the row of a page; and sending where they send."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from tocsin.channels.registry import open_senders
from tocsin.db.pool import open_pool
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.jobs.state_kinds import state_kinds
from tocsin.engine.loop import first
from tocsin.engine.queue.job import STATE
from tocsin.engine.runner import open_engine
from tocsin.web.alerts.links import ActionLinks, signing_key

_BASE_URL = "http://127.0.0.1:9"


async def run_tocsin(dsn: str, stop: asyncio.Event, *, sends: bool) -> None:
    """Run the engine; where it does not send, without what sends. The jobs of pages are enqueued as ever, and wait."""
    async with open_pool(dsn, size=1, application_name="bench") as pool, open_senders(None) as senders:
        outbox = Outbox(senders, ActionLinks(_BASE_URL, await signing_key(pool), timedelta(days=1)).urls, _BASE_URL)
        async with open_engine(dsn, outbox, connections=10) as engine:
            if not sends:
                kinds = list(state_kinds(engine.pool).values())
                engine.workers = [replace(worker, kinds=kinds) for worker in engine.workers if worker.name == STATE]
            running = asyncio.create_task(engine.run())
            await first(running, engine.ready)
            print("ready", flush=True)
            await first(running, stop)
            engine.stop.set()
            await running
