"""What many closed alerts cost: lists, what the sweep asks, and their removal, which holds nothing up."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median

from benchmarks.environment import database
from benchmarks.organisation import found
from benchmarks.table import Row
from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.store.alerts import alert_list, related_alerts, retention
from tocsin.store.alerts.alert_list import AlertFilter

_SQL = Statements(__package__, "retention.sql")
_LOOKS = 20
_FEW, _MANY = 10_000, 200_000
_LIFETIME = timedelta(days=400)


async def closed_alerts(server_dsn: str) -> list[Row]:
    """The same with few and with many closed alerts of 800 days; then those older than 400 days are removed."""
    rows: list[Row] = []
    for count in (_FEW, _MANY):
        async with database(server_dsn) as (_, pool):
            organisation = await found(pool, policies=100, people=100, webhook="http://127.0.0.1:9/")
            await _seed(pool, list(organisation.services), count)
            rows += await _reads(pool, f"with {count:,} closed alerts")
            if count == _MANY:
                rows.append(await _removal(pool))
    return rows


async def _seed(pool: Pool, services: list[object], count: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for statement in ("alerts", "logs", "pages"):
            await connection.execute(_SQL[statement], *((services, count) if statement == "alerts" else ()))
    await pool.execute("vacuum analyze")


async def _reads(pool: Pool, what: str) -> list[Row]:
    sweep = Statements("tocsin.engine.healing", "sweep.sql")
    newest = (await alert_list.page(pool, AlertFilter(), None, 1)).items[0]
    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "the newest 50 alerts": lambda: alert_list.page(pool, AlertFilter(), None, 50),
        "50 by urgency": lambda: alert_list.by_urgency(pool, AlertFilter(), None, 50),
        "50 by a label": lambda: alert_list.page(pool, AlertFilter(labels={"host": "host7"}), None, 50),
        "related alerts": lambda: related_alerts.related_alerts(pool, newest),
        "what is overdue": lambda: pool.fetch("select kind from engine_overdue"),
        "a sweep ahead": lambda: pool.fetch(sweep["ahead"], 1000),
    }
    return [Row(f"{name}, {what}", await _milliseconds(look), "ms", "<= 50") for name, look in looks.items()]


async def _milliseconds(look: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        await look()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


async def _removal(pool: Pool) -> Row:
    began, removed = time.perf_counter(), await retention.remove_old(pool, _LIFETIME)
    return Row("closed alerts removed", removed / (time.perf_counter() - began), "/s", ">= 500")
