"""How many alerts a second the HTTP ingest accepts and commits."""

import asyncio
import time

import httpx

from benchmarks.environment import database, integration_token, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile

_COUNT = 4000
_CONNECTIONS = 16


async def ingest_rate(server_dsn: str) -> list[Row]:
    """4,000 new alerts over 16 connections, as fast as the answers come; web only, no engine beside it."""
    async with database(server_dsn) as (dsn, pool):
        organisation = await found(pool, policies=10, people=10, webhook="http://127.0.0.1:9/")
        token = await integration_token(pool, organisation.services[0])
        async with tocsin(dsn, "serve", "--no-engine") as process:
            spans: list[float] = []
            begin = time.monotonic()
            url = f"{process.url}/api/v2/generic/incoming?token={token}"
            await asyncio.gather(*(_sender(url, number, spans) for number in range(_CONNECTIONS)))
            wall = time.monotonic() - begin
        committed = await pool.fetchval("select count(*) from alerts")
    if committed != _COUNT:
        raise AssertionError(f"{_COUNT} alerts were accepted, {committed} are there")
    return [
        Row("accepted and committed", _COUNT / wall, "alerts/s", ">= 500"),
        Row("answer, p99", quantile(spans, 0.99) * 1000, "ms"),
    ]


async def _sender(url: str, number: int, spans: list[float]) -> None:
    async with httpx.AsyncClient() as http:
        for count in range(_COUNT // _CONNECTIONS):
            begin = time.monotonic()
            (await http.post(url, json={"summary": f"alert {number} {count}"})).raise_for_status()
            spans.append(time.monotonic() - begin)
