"""How late escalations are, and how fast a storm of them goes."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.cpu import seconds_used, server_pids
from benchmarks.environment import database, tocsin
from benchmarks.organisation import found, open_alerts
from benchmarks.table import Row, quantile
from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Pool

_LATENESS = """
select extract(epoch from moved_at - due)::float8 as late
from escalation_moves where state = 'escalating' and due is not null
"""
_LEFT = "select count(*) from escalation_policy_state where step_number = 0"
_UNSENT = "select (select count(*) from alerts) - (select count(*) from outgoing_messages where status = 'sent')"
_SINCE = "select extract(epoch from now() - $1::timestamptz)::float8"
_AHEAD = timedelta(seconds=5)
STORM = 10_000
SEEDED_WITHIN = timedelta(seconds=25)

# The last of the alerts is critical, all others are warnings.
_ONE_IS_CRITICAL = """
update alerts set severity = 'warning' where id <> (select max(id) from alerts);
update pgqueuer set priority = job_priority(entrypoint, convert_from(payload, 'UTF8'));
"""
_WAL = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"


async def escalation_lateness(server_dsn: str) -> list[Row]:
    """1,000 alerts that fall due over ten seconds, each to its second step, with a page each."""
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone:
        organisation = await found(pool, policies=100, people=50, webhook=phone.url)
        async with tocsin(dsn, "engine"):
            await open_alerts(pool, organisation, 1000, _AHEAD, timedelta(seconds=10))
            await until(pool, _LEFT, 60)
            late = [row["late"] * 1000 for row in await pool.fetch(_LATENESS)]
    return [
        Row("1,000 due over 10 s, p50", quantile(late, 0.5), "ms"),
        Row("1,000 due over 10 s, p99", quantile(late, 0.99), "ms", "<= 300"),
    ]


async def storm(server_dsn: str) -> list[Row]:
    """10,000 alerts due at the same instant, one engine; each with a cycle and a page.

    One of them is critical, the others are warnings.
    """
    passed = await _storm(server_dsn, engines=1)
    return [
        Row("first page received after the due instant", passed.first_page, "ms", "<= 250"),
        Row("the critical alert's page received", passed.critical_page, "ms", "<= 500"),
        Row("all moved", STORM / passed.moved, "s", "<= 4"),
        Row("all pages received", STORM / passed.paged, "s", "<= 7"),
        Row("alerts moved", passed.moved, "alerts/s", ">= 2500"),
        Row("alerts moved and paged", passed.paged, "alerts/s"),
        Row("lateness, p50", quantile(passed.late, 0.5), "ms"),
        Row("lateness, p99", quantile(passed.late, 0.99), "ms"),
        Row("processor time for one alert with its page", passed.processor_ms, "ms", "<= 1.2"),
        Row("of it, PostgreSQL's", passed.postgres_ms, "ms"),
        Row("WAL of one alert with its page", passed.wal_kb, "kB", "<= 4"),
    ]


async def storm_engines(server_dsn: str) -> list[Row]:
    """The same storm for one, two and four engine processes."""
    rows: list[Row] = []
    for engines in (1, 2, 4):
        passed = await _storm(server_dsn, engines)
        rows.append(Row(f"engines: {engines}, alerts moved", passed.moved, "alerts/s"))
        rows.append(Row(f"engines: {engines}, alerts moved and paged", passed.paged, "alerts/s"))
    return rows


@dataclass(frozen=True, slots=True)
class _Passed:
    """A storm that is over: alerts a second, milliseconds of lateness, processor time and WAL of an alert.

    ``first_page`` and ``critical_page``: milliseconds from the due instant until a page was received.
    """

    moved: float
    paged: float
    late: Sequence[float]
    processor_ms: float
    postgres_ms: float
    wal_kb: float
    first_page: float
    critical_page: float


async def _storm(server_dsn: str, engines: int) -> _Passed:
    async with database(server_dsn) as (dsn, pool), WebhookReceiver() as phone, AsyncExitStack() as stack:
        organisation = await found(pool, policies=1000, people=50, webhook=phone.url)
        due = await open_alerts(pool, organisation, STORM, SEEDED_WITHIN)
        await pool.execute(_ONE_IS_CRITICAL)
        running = [await stack.enter_async_context(tocsin(dsn, "engine")) for _ in range(engines)]
        past = await until_due(pool, due)
        began = time.monotonic() + past
        engine_pids = [engine.pid for engine in running]
        postgres_pids = server_pids(await pool.fetchval("select pg_backend_pid()"))
        before = seconds_used(engine_pids), seconds_used(postgres_pids)
        wal_before = await pool.fetchval(_WAL)
        await until(pool, _LEFT, 300)
        moved = await pool.fetchval(_SINCE, due)
        await until(pool, _UNSENT, 300)
        paged = await pool.fetchval(_SINCE, due)
        by_engines, by_postgres = seconds_used(engine_pids) - before[0], seconds_used(postgres_pids) - before[1]
        wal = await pool.fetchval(_WAL) - wal_before
        late = [row["late"] * 1000 for row in await pool.fetch(_LATENESS)]
        arrivals = {request.json["alert"]["id"]: (request.received_at - began) * 1000 for request in phone.requests}
    return _Passed(
        moved=STORM / moved,
        paged=STORM / paged,
        late=late,
        processor_ms=(by_engines + by_postgres) / STORM * 1000,
        postgres_ms=by_postgres / STORM * 1000,
        wal_kb=float(wal) / STORM / 1000,
        first_page=min(arrivals.values()),
        critical_page=arrivals[max(arrivals)],
    )


async def until_due(pool: Pool, due: object) -> float:
    """Wait for it; returns how long ago the due instant is by then, as a number of seconds below zero."""
    left = await pool.fetchval("select extract(epoch from $1::timestamptz - now())::float8", due)
    if left < 0:
        raise AssertionError("seeding took longer than planned for; the storm has begun already")
    await asyncio.sleep(left)
    past: float = await pool.fetchval("select extract(epoch from $1::timestamptz - now())::float8", due)
    return past


async def until(pool: Pool, count_left: str, seconds: float) -> None:
    """Wait until nothing is left to count. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while await pool.fetchval(count_left):
            await asyncio.sleep(0.05)
