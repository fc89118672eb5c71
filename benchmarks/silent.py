"""Thousands of connections that say nothing, or a byte a second: what an alert's request takes beside them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import httpx

from benchmarks.environment import database, integration_token, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile
from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.http.server.descriptors import raise_limit

_CLIENTS = 3_000
_SLOW = 500  # of these, those that send a byte a second
_COUNT = 150
_RATE = 10


async def silent(server_dsn: str) -> list[Row]:
    """10 alerts a second for 15 s, each on a connection of its own: alone, then beside 3,000 silent clients."""
    raise_limit()
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=10, people=10, webhook=phone.url)
        token = await integration_token(pool, organisation.services[0])
        async with tocsin(dsn, "serve") as process:
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            alone, _ = await _send(url, "alone")
            async with _crowd(process.url):
                spans, begun = await _send(url, "beside")
                requests = await phone.wait_for(2 * _COUNT, 60)
    arrivals = {request.json["alert"]["summary"]: request.received_at for request in requests}
    pages = [arrivals[name] - start for name, start in begun.items()]
    return [
        Row("alone: answer, p99", quantile(alone, 0.99) * 1000, "ms"),
        Row("3,000 silent: answer, p99", quantile(spans, 0.99) * 1000, "ms", "<= 1000"),
        Row("3,000 silent: request to webhook, p99", quantile(pages, 0.99) * 1000, "ms", "<= 1000"),
    ]


async def _send(url: str, label: str) -> tuple[list[float], dict[str, float]]:
    spans: list[float] = []
    begun: dict[str, float] = {}

    async def post(name: str) -> None:
        begun[name] = time.monotonic()
        (await http.post(url, json={"summary": name})).raise_for_status()
        spans.append(time.monotonic() - begun[name])

    anew = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=30, limits=anew) as http, asyncio.TaskGroup() as group:
        for number in range(_COUNT):
            group.create_task(post(f"{label} {number}"))
            await asyncio.sleep(1 / _RATE)
    return spans, begun


@asynccontextmanager
async def _crowd(url: str) -> AsyncIterator[None]:
    """All clients connected, and coming again whenever they are cut off."""
    address = urlsplit(url)
    connected = 0

    async def stay(number: int) -> None:
        nonlocal connected
        await asyncio.sleep(number / 1000)
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(address.hostname, address.port)
                connected += 1
                await (_drip(writer) if number < _SLOW else reader.read())
                writer.close()
            await asyncio.sleep(1)

    staying = [asyncio.create_task(stay(number)) for number in range(_CLIENTS)]
    try:
        while connected < _CLIENTS:
            await asyncio.sleep(0.1)
        yield
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)


async def _drip(writer: asyncio.StreamWriter) -> None:
    for byte in b"POST / HTTP/1.1\r\nHost: " + b"a" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)
