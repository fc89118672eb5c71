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
_GROUPS = 600
_IN_GROUP = 10
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
        due = await open_alerts(pool, organisation, STORM, SEEDED_WITHIN)
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


async def ingest_groups(server_dsn: str) -> list[Row]:
    """6,000 new alerts in Alertmanager's groups of ten over 16 connections, with the engine in the same command."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=10, people=10, webhook=phone.url)
        token = await integration_token(pool, organisation.services[0], "alertmanager")
        async with tocsin(dsn, "serve") as process:
            url = f"{process.url}/api/v2/alertmanager/incoming?token={token}"
            began = time.monotonic()
            spans = await send_all(url, [_group(number) for number in range(_GROUPS)], _CONNECTIONS)
            wall = time.monotonic() - began
        committed = await pool.fetchval("select count(*) from alerts")
    if committed != _GROUPS * _IN_GROUP:
        raise AssertionError(f"{_GROUPS * _IN_GROUP} alerts were accepted, {committed} are there")
    return [
        Row("of groups of ten: accepted and committed", committed / wall, "alerts/s", ">= 1500"),
        Row("of groups of ten: answer, p99", quantile(spans, 0.99) * 1000, "ms"),
    ]


def _group(number: int) -> object:
    """A message of Alertmanager about ten alerts that fire."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "DiskFull", "instance": f"db{number}-{part}", "severity": "warning", "job": "node"},
            "annotations": {"summary": f"Disk is full on db{number}-{part}", "description": "92 % of /var"},
            "startsAt": "2026-11-30T08:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.org/graph?g0.expr=up",
            "fingerprint": f"{number:012x}{part:04x}",
        }
        for part in range(_IN_GROUP)
    ]
    external = "http://alertmanager.example.org"
    return {"version": "4", "groupKey": f"{number}", "status": "firing", "alerts": alerts, "externalURL": external}


async def _sent(url: str) -> tuple[float, Sequence[float]]:
    """How long it took until all were answered, and each; in seconds."""
    began = time.monotonic()
    spans = await send_all(url, [{"summary": f"alert {number}"} for number in range(_COUNT)], _CONNECTIONS)
    return time.monotonic() - began, spans
