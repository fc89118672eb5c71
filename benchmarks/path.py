"""From an alert's HTTP request to the webhook that pages somebody."""

import asyncio
import time

import httpx

from benchmarks.environment import database, integration_token, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile
from tocsin.channels.webhook.receiver import WebhookReceiver

_RATE = 20
_COUNT = 300


async def ingest_to_webhook(server_dsn: str) -> list[Row]:
    """20 alerts a second for 15 seconds, each timed from the request's start to the webhook's arrival."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=10, people=10, webhook=phone.url)
        token = await integration_token(pool, organisation.services[0])
        async with tocsin(dsn, "serve") as process, httpx.AsyncClient() as http:
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            await http.post(url, json={"summary": "warm up"})
            await phone.wait_for(1, 10)
            sent = await _send(http, url)
            requests = await phone.wait_for(_COUNT + 1, 60)
    received = {request.json["alert"]["summary"]: request.received_at for request in requests}
    spans = [(received[name] - start) * 1000 for name, start in sent.items()]
    return [
        Row("request to webhook, p50", quantile(spans, 0.5), "ms", "<= 100"),
        Row("request to webhook, p99", quantile(spans, 0.99), "ms", "<= 300"),
    ]


async def _send(http: httpx.AsyncClient, url: str) -> dict[str, float]:
    """Send on time, whatever the answers take."""
    sent: dict[str, float] = {}
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(_COUNT):
            await asyncio.sleep(max(0.0, begin + number / _RATE - time.monotonic()))
            name = f"alert {number}"
            sent[name] = time.monotonic()
            group.create_task(_post(http, url, name))
    return sent


async def _post(http: httpx.AsyncClient, url: str, summary: str) -> None:
    (await http.post(url, json={"summary": summary})).raise_for_status()
