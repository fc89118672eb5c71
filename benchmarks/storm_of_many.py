"""A storm of 100,000 alerts among 1,000,000 that are open."""

import asyncio
import time
from datetime import timedelta

from benchmarks.cpu import seconds_used, server_pids
from benchmarks.environment import database, tocsin
from benchmarks.escalation import until_due
from benchmarks.organisation import found
from benchmarks.seed import open_many
from benchmarks.table import Row
from tocsin.channels.webhook.receiver import WebhookReceiver

_OPEN = 1_000_000
_DUE = 100_000
_SEEDED_WITHIN = timedelta(seconds=60)
_WATCH_SECONDS = 40

# To the engine the last of those that are due is critical, and the others are warnings: the class of a job is its
# alert's severity.
_CLASSES = """
update pgqueuer as job
set priority = job_line(
    case alerts.id when (select max(id) from alerts) then 'critical' else 'warning' end, true, alerts.service_id::text
)
from alerts
where job.dedupe_key = 'alert:' || alerts.id and job.status = 'queued' and alerts.summary like 'due %'
"""
_CRITICAL = "select max(id) from alerts"


async def storm_of_many(server_dsn: str) -> list[Row]:
    """One engine, watched for 40 s, which is not long enough for all of them."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=10_000, people=100, webhook=phone.url)
        await open_many(pool, organisation.services, _OPEN - _DUE, "later")
        due = await pool.fetchval("select now() + $1::interval", _SEEDED_WITHIN)
        await open_many(pool, organisation.services, _DUE, "due", due)
        await pool.execute(_CLASSES)
        await pool.execute("vacuum analyze alerts, escalation_policy_state, pgqueuer")
        async with tocsin(dsn, "engine") as engine:
            past = await until_due(pool, due)
            began = time.monotonic() + past
            pids = [engine.pid, *server_pids(await pool.fetchval("select pg_backend_pid()"))]
            before = seconds_used(pids)
            await asyncio.sleep(_WATCH_SECONDS)
            used = seconds_used(pids) - before
            pages = phone.requests
        critical = await pool.fetchval(_CRITICAL)
    arrivals = {page.json["alert"]["id"]: (page.received_at - began) * 1000 for page in pages}
    return [
        Row("100,000 due of 1,000,000 open: first page received", min(arrivals.values()), "ms", "<= 250"),
        Row("the critical alert's page received", arrivals.get(critical, float("inf")), "ms", "<= 500"),
        Row("pages received in 40 s", len(arrivals), "pages"),
        Row("pages received", len(arrivals) / _WATCH_SECONDS, "pages/s"),
        Row("processor time for one alert with its page", 1000 * used / len(arrivals), "ms"),
    ]
