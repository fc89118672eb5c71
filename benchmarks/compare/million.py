"""What grows with the number of open alerts, for Tocsin alone."""

import asyncio
import time
from collections.abc import AsyncIterator

from benchmarks.compare.environment import Environment, Seeded, round_begins, working
from benchmarks.compare.figures import Figure
from benchmarks.compare.storm import pass_through
from benchmarks.designs.catalogue import TOCSIN
from benchmarks.table import quantile

_OPEN = ("alerts", "escalation_policy_state", "pgqueuer")
_HISTORY = ("alert_logs", "notification_policy_cycles", "outgoing_messages", "outgoing_message_events", "pgqueuer")
_SIZE = "select sum(pg_total_relation_size(name::regclass))::float8 from unnest($1::text[]) as name"
_INDEXES = "select sum(pg_indexes_size(name::regclass))::float8 from unnest($1::text[]) as name"
_WAL = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8"
_OVERDUE = "select count(*) from engine_overdue"
_IDLE_SECONDS = 15


async def million(seed: Seeded) -> AsyncIterator[Figure]:
    """Sizes, the invariant's view, idle cost, and a storm with what it writes."""

    def figure(what: str, value: float, unit: str) -> Figure:
        return Figure("million", what, seed.size.alerts, seed.size.policies, TOCSIN, value, unit)

    async with working(seed, TOCSIN) as environment:
        pool, count = environment.pool, seed.size.alerts
        size, indexes = await pool.fetchval(_SIZE, _OPEN), await pool.fetchval(_INDEXES, _OPEN)
        yield figure("an open alert: its rows and its job", (size - indexes) / count, "bytes")
        yield figure("an open alert: their indexes", indexes / count, "bytes")
        yield figure("the view of what is overdue", await _milliseconds(environment, _OVERDUE), "ms")
        yield figure("idle, processor", await _idle(environment), "% of a core")
        history, wal = await pool.fetchval(_SIZE, _HISTORY), await pool.fetchval(_WAL)
        passed = await pass_through(environment)
        moved = len(passed.late)
        yield figure("storm of 10,000, alerts moved with their page rows", moved / passed.late[-1], "a second")
        yield figure("storm of 10,000, lateness p99", quantile(passed.late, 0.99), "s")
        yield figure("a move: log that it writes (WAL)", (await pool.fetchval(_WAL) - wal) / moved, "bytes")
        left = await pool.fetchval(_SIZE, _HISTORY) - history
        yield figure("a move: history that it leaves", left / moved, "bytes")
        yield figure("vacuum of the queue after it", await _milliseconds(environment, "vacuum pgqueuer", runs=1), "ms")


async def _milliseconds(environment: Environment, statement: str, runs: int = 3) -> float:
    """The best of the runs: what it takes once its pages are in memory."""
    spans = []
    for _ in range(runs):
        begin = time.perf_counter()
        await environment.pool.execute(statement)
        spans.append(time.perf_counter() - begin)
    return min(spans) * 1000


async def _idle(environment: Environment) -> float:
    await round_begins()
    before = await environment.processor_seconds()
    await asyncio.sleep(_IDLE_SECONDS)
    return 100 * (await environment.processor_seconds() - before) / _IDLE_SECONDS
