"""How soon the pages that an engine had in hand are received after it was killed."""

import asyncio
import os
import signal
import time
from datetime import timedelta

from benchmarks.environment import database, tocsin
from benchmarks.escalation import until, until_due
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row
from tocsin.channels.webhook.receiver import WebhookReceiver

_ALERTS = 2_000
_KILLED_AFTER = 200
_SEEDED_WITHIN = timedelta(seconds=15)
_UNSENT = "select (select count(*) from alerts) - (select count(*) from outgoing_messages where status = 'sent')"
_IN_HAND = "select count(*) from outgoing_messages where status = 'sending'"


async def killed(server_dsn: str) -> list[Row]:
    """2,000 alerts due at once; the only engine is killed after the first pages, and another is started."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=100, people=50, webhook=phone.url)
        due = await open_alerts(pool, organisation, _ALERTS, _SEEDED_WITHIN)
        async with tocsin(dsn, "engine") as engine:
            await until_due(pool, due)
            while len(phone.requests) < _KILLED_AFTER:
                await asyncio.sleep(0.005)
            os.kill(engine.pid, signal.SIGKILL)
        in_hand = await pool.fetchval(_IN_HAND)
        began = time.monotonic()
        async with tocsin(dsn, "engine"):
            ready = time.monotonic()
            await until(pool, _UNSENT, 120)
            after = time.monotonic() - began
        repeated = len(phone.requests) - len({request.headers["idempotency-key"] for request in phone.requests})
    return [
        Row("pages in hand when the engine was killed", in_hand, "pages"),
        Row("another engine runs after", ready - began, "s"),
        Row("all 2,000 received after the restart", after, "s", "<= 6"),
        Row("pages received twice, under one key", repeated, "pages"),
    ]
