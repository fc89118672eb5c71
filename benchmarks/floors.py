"""The floors of this machine for a storm: its rows written and its pages sent, and nothing decided or watched over."""

import asyncio
import os
import sys
import time
from datetime import timedelta
from uuid import uuid4

from benchmarks.cpu import seconds_used as used_by
from benchmarks.cpu import server_pids
from benchmarks.environment import database
from benchmarks.escalation import STORM
from benchmarks.organisation import found, open_alerts
from benchmarks.sender import send_all
from benchmarks.table import Row
from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Pool
from tocsin.db.sql import Statements

_SQL = Statements(__package__, "floors.sql")
_TOGETHER = 50
_CONNECTIONS = 128
_WAL = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_BODY = {"alert": {"id": 1, "summary": "disk is full"}, "details": 800 * "."}


async def floors(server_dsn: str) -> list[Row]:
    """What a storm of 10,000 costs at the least: to PostgreSQL without checks and triggers, and to a bare sender."""
    async with database(server_dsn) as (_, pool), WebhookReceiver() as phone:
        seconds, processor, wal = await _write(pool)
        sender_seconds, sender_processor = await _send(phone.url)
    return [
        Row("10,000 moves and pages, 50 in a transaction: their rows alone", seconds, "s"),
        Row("PostgreSQL's processor time for one", 1e6 * processor / STORM, "µs"),
        Row("WAL of one", wal / STORM / 1000, "kB"),
        Row("10,000 requests of 900 bytes by a bare sender: the last answer", sender_seconds, "s"),
        Row("its processor time for one", 1e6 * sender_processor / STORM, "µs"),
    ]


async def _write(pool: Pool) -> tuple[float, float, float]:
    """Seconds, processor seconds of PostgreSQL, and bytes of WAL."""
    organisation = await found(pool, policies=1000, people=50, webhook="http://127.0.0.1:9/")
    await open_alerts(pool, organisation, STORM, timedelta(hours=1))
    alerts = [row["id"] for row in await pool.fetch("select id from alerts order by id")]
    async with pool.acquire() as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute("set synchronous_commit = off")
        await connection.execute("set plan_cache_mode = force_generic_plan")
        await connection.execute("set enable_seqscan = off")
        postgres = server_pids(await connection.fetchval("select pg_backend_pid()"))
        before, wal, began = used_by(postgres), await connection.fetchval(_WAL), time.monotonic()
        for start in range(0, STORM, _TOGETHER):
            moved, engine = alerts[start : start + _TOGETHER], uuid4()
            await connection.execute(_SQL["pick"], moved, engine)
            pages = await connection.fetch(_SQL["move"], moved, engine)
            await connection.execute(_SQL["done"], engine)
            await connection.execute(_SQL["sent"], [page["id"] for page in pages])
        seconds = time.monotonic() - began
        assert await connection.fetchval("select count(*) from outgoing_messages where status = 'sent'") == STORM
        return seconds, used_by(postgres) - before, float(await connection.fetchval(_WAL) - wal)


async def _send(url: str) -> tuple[float, float]:
    """Seconds until the last answer, and processor seconds of the process that sends."""
    before, began = os.times(), time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.floors", url)
    if await process.wait():
        raise AssertionError("the bare sender has failed")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, used


if __name__ == "__main__":
    asyncio.run(send_all(sys.argv[1], [_BODY] * STORM, _CONNECTIONS))
