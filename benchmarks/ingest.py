"""How many alerts a second the HTTP ingest accepts and commits."""

import time
from collections.abc import Sequence

from benchmarks.environment import database, integration_token, tocsin
from benchmarks.escalation import SEEDED_WITHIN, STORM, until, until_due
from benchmarks.organisation import found, open_alerts
from benchmarks.sender import send_all
from benchmarks.table import Row, quantile
from tocsin.channels.webhook.receiver import WebhookReceiver

_COUNT = 4000
_CONNECTIONS = 16
_UNSENT = "select (select count(*) from alerts) - (select count(*) from outgoing_messages where status = 'sent')"


async def ingest_rate(server_dsn: str) -> list[Row]:
    """4,000 new alerts over 16 connections, as fast as the answers come; web only, no engine beside it."""
    async with database(server_dsn) as (dsn, pool):
        organisation = await found(pool, policies=10, people=10, webhook="http://127.0.0.1:9/")
        token = await integration_token(pool, organisation.services[0])
        async with tocsin(dsn, "serve", "--no-engine") as process:
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            wall, spans = await _sent(url)
        committed = await pool.fetchval("select count(*) from alerts")
    if committed != _COUNT:
        raise AssertionError(f"{_COUNT} alerts were accepted, {committed} are there")
    return [
        Row("accepted and committed", _COUNT / wall, "alerts/s", ">= 1000"),
        Row("answer, p99", quantile(spans, 0.99) * 1000, "ms"),
    ]


async def ingest_beside_paging(server_dsn: str) -> list[Row]:
    """The same with the engine in the same command: each alert is paged for; and while 10,000 others escalate."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=10, people=10, webhook=phone.url)
        token = await integration_token(pool, organisation.services[0])
        async with tocsin(dsn, "serve") as process:
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            began = time.monotonic()
            wall, spans = await _sent(url)
            await until(pool, _UNSENT, 300)
            paged = time.monotonic() - began
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=1000, people=50, webhook=phone.url)
        token = await integration_token(pool, organisation.services[0])
        due = await pool.fetchval("select now() + $1::interval", SEEDED_WITHIN)
        await open_alerts(pool, organisation, STORM, due)
        async with tocsin(dsn, "serve") as process:
            await until_due(pool, due)
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            storm_wall, storm_spans = await _sent(url)
    return [
        Row("accepted and committed, each paged for", _COUNT / wall, "alerts/s", ">= 700"),
        Row("answer, p99", quantile(spans, 0.99) * 1000, "ms"),
        Row("all paged after the first request", paged, "s"),
        Row("while 10,000 escalate: accepted and committed", _COUNT / storm_wall, "alerts/s"),
        Row("while 10,000 escalate: answer, p99", quantile(storm_spans, 0.99) * 1000, "ms", "<= 100"),
    ]


async def _sent(url: str) -> tuple[float, Sequence[float]]:
    """How long it took until all were answered, and each; in seconds."""
    began = time.monotonic()
    spans = await send_all(url, [{"summary": f"alert {number}"} for number in range(_COUNT)], _CONNECTIONS)
    return time.monotonic() - began, spans
