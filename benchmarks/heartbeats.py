"""What heartbeat monitors cost: pings taken in over HTTP, and monitors moved by their jobs."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import asyncpg

from benchmarks.cpu import seconds_used, server_pids
from benchmarks.environment import database, tocsin
from benchmarks.organisation import found
from benchmarks.table import Row, quantile
from tocsin.db.pool import Pool

_MONITORS = 10_000
_PERIOD = 60
_SETTLE_SECONDS = 10
_WATCH_SECONDS = 60
_PINGS = 6000
_SILENT = 500
_CONNECTIONS = 16

# Spread over the period, as if each had been pinged at its place in it a period ago, and the engine had looked since.
_FOUND = """
with monitors as (
    insert into heartbeat_monitors (service_id, name, timeout, grace, token_hash)
    select $1, 'Monitor ' || n, $3 * interval '1 s', interval '15 s', sha256(('secret' || n)::bytea)
    from generate_series(0, $2 - 1) as n
    returning id, substring(name from '\\d+')::integer as n
)
select id from monitors order by n
"""
_BEATEN = """
update heartbeat_state as state
set
    status = 'up', reason = 'beats', last_ok_at = beat.at, last_ping_at = beat.at, pings = 1,
    next_change = to_timestamp(ceil(4 * extract(epoch from beat.at + ($2 + 15) * interval '1 s')) / 4)
from (
    select ids.id, now() - ($2 * (1 - ids.n::float8 / cardinality($1))) * interval '1 s' as at
    from unnest($1::uuid[]) with ordinality as ids (id, n)
) as beat
where state.monitor_id = beat.id
"""
_PING = """
update heartbeat_state set pings = pings + 1, last_ok_at = now(), last_ping_at = now() where monitor_id = any($1)
"""
_PAUSED = """
update heartbeat_monitors set paused = true;
update heartbeat_state set status = 'paused', reason = 'paused', next_change = null;
delete from pgqueuer
"""
_ALERTS = """
select extract(epoch from alerts.created_at - state.since)::float8 as late
from alerts
join heartbeat_state as state on state.alert_id = alerts.id
"""
_NOT_UP = "select count(*) from heartbeat_state where status <> 'up'"


async def heartbeats(server_dsn: str) -> list[Row]:
    """10,000 monitors of one minute's period: moved by an engine, and pinged over HTTP beside it."""
    async with database(server_dsn) as (dsn, pool):
        ids = await _monitors(pool)
        await pool.execute(_PAUSED)
        async with tocsin(dsn, "engine") as engine, _pinged(pool, ids):
            idle = await _used(pool, [engine.pid])
    async with database(server_dsn) as (dsn, pool):
        ids = await _monitors(pool)
        async with tocsin(dsn, "engine") as engine, _pinged(pool, ids) as silent:
            used = await _used(pool, [engine.pid])
            if not_up := await pool.fetchval(_NOT_UP):
                raise AssertionError(f"{not_up} monitors that were pinged in time went down")
            silent.update(range(0, len(ids), len(ids) // _SILENT))
            late = await _lateness(pool)
    async with database(server_dsn) as (dsn, pool):
        await _monitors(pool)
        async with tocsin(dsn, "serve") as process:
            wall, spans = await _ping_all(process.url)
    return [
        Row("10,000 monitors of one minute: moving them", 100 * (used - idle) / _WATCH_SECONDS, "% of a core", "<= 5"),
        Row("silent for too long: alert raised after the deadline, p99", 1000 * late, "ms", "<= 500"),
        Row("pings over HTTP, the engine beside them", _PINGS / wall, "pings/s", ">= 1500"),
        Row("answer to a ping, p99", 1000 * quantile(spans, 0.99), "ms"),
    ]


async def _monitors(pool: Pool) -> Sequence[object]:
    organisation = await found(pool, policies=1, people=1, webhook="http://127.0.0.1:9/")
    rows = await pool.fetch(_FOUND, organisation.services[0], _MONITORS, _PERIOD)
    ids = [row["id"] for row in rows]
    await pool.execute(_BEATEN, ids, _PERIOD)
    await pool.execute("vacuum analyze")
    return ids


@asynccontextmanager
async def _pinged(pool: Pool, ids: Sequence[object]) -> AsyncIterator[set[int]]:
    """Each monitor is pinged once a period, in the order of their places, but for those in the set that it gives."""
    silent: set[int] = set()

    async def ping() -> None:
        began, done = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - began) * len(ids) / _PERIOD)
            places = [place % len(ids) for place in range(done, due)]
            await pool.execute(_PING, [ids[place] for place in places if place not in silent])
            done = due
            await asyncio.sleep(0.1)

    pinging = asyncio.create_task(ping())
    try:
        yield silent
    finally:
        pinging.cancel()
        with suppress(asyncio.CancelledError):
            await pinging


async def _used(pool: Pool, pids: Sequence[int]) -> float:
    """Processor seconds that PostgreSQL and these processes use in a minute."""
    await asyncio.sleep(_SETTLE_SECONDS)
    watched = [*pids, *server_pids(await pool.fetchval("select pg_backend_pid()"))]
    before = seconds_used(watched)
    await asyncio.sleep(_WATCH_SECONDS)
    return seconds_used(watched) - before


async def _lateness(pool: Pool) -> float:
    """How long after its deadline the alert of a monitor is raised: the 99th percentile, in seconds."""
    rows: Sequence[asyncpg.Record] = []
    async with asyncio.timeout(3 * _PERIOD):
        while len(rows) < _SILENT:
            await asyncio.sleep(1)
            rows = await pool.fetch(_ALERTS)
    return quantile([row["late"] for row in rows], 0.99)


async def _ping_all(url: str) -> tuple[float, Sequence[float]]:
    """How long it took until all pings were answered, and each; in seconds."""
    spans: list[float] = []
    began = time.monotonic()
    await asyncio.gather(*(_ping_some(url, range(n, _PINGS, _CONNECTIONS), spans) for n in range(_CONNECTIONS)))
    return time.monotonic() - began, spans


async def _ping_some(url: str, numbers: range, spans: list[float]) -> None:
    """Ping monitors one after the other over one connection that stays open. Raises RuntimeError when one fails."""
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        for number in numbers:
            began = time.monotonic()
            path = f"/api/v2/heartbeat/secret{number % _MONITORS}"
            writer.write(f"HEAD {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            spans.append(time.monotonic() - began)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"not accepted: {answer[:200]!r}")
    finally:
        writer.close()
