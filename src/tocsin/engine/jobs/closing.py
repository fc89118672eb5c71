"""Job ``closing``: an open alert closes by itself when it is left alone for long, or no longer flaps.

Whatever touches an alert only writes down when. The job that waits for the former moment looks, and waits for the new
one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.closing import Closing, ClosingFacts, closing_of
from tocsin.engine.batch.load import BatchLoader
from tocsin.engine.queue.job import GONE, JobKind, Outcome, retry_on_conflict
from tocsin.store.row_mapping import from_row

_SQL = Statements(__package__, "closing.sql")


@dataclass(frozen=True, slots=True)
class AlertClosing:
    """An open alert and the row that says when it closes. ``version`` is None when it has none."""

    id: int
    facts: ClosingFacts
    next_change: datetime | None
    version: int | None
    now: datetime

    @property
    def is_due(self) -> bool:
        return self.next_change is not None and self.next_change <= self.now


def kind(pool: Pool) -> JobKind:
    """The kind of job that closes one alert."""

    async def load_many(alert_ids: Sequence[int]) -> Mapping[int, AlertClosing]:
        return {row["id"]: _closing(row) for row in await pool.fetch(_SQL["load"], alert_ids)}

    loads = BatchLoader(load_many)

    async def attempt(object_id: str) -> Outcome | None:
        alert = await loads.load(int(object_id))
        return GONE if alert is None else await _move(pool, alert, closing_of(alert.facts))

    async def drift(object_id: str) -> str | None:
        alert = await loads.load(int(object_id))
        return None if alert is None else _drift(alert, closing_of(alert.facts))

    return JobKind("closing", retry_on_conflict(attempt), drift)


def _closing(row: asyncpg.Record) -> AlertClosing:
    return AlertClosing(row["id"], from_row(ClosingFacts, row), row["next_change"], row["version"], row["now"])


async def _move(pool: Pool, alert: AlertClosing, closing: Closing | None) -> Outcome | None:
    """Close the alert, or write when it closes; None when something has happened to it since it was loaded."""
    due = alert.next_change if alert.is_due else None
    if closing is None:
        await pool.execute(_SQL["never"], alert.id, alert.version)
        return Outcome("never")
    if closing.at <= alert.now:
        facts = alert.facts
        row = (alert.id, alert.version, facts.last_seen_at, facts.touched_at, closing.reason)
        return Outcome(closing.reason, due=due, acted=alert.now) if await pool.fetchval(_SQL["close"], *row) else None
    if closing.at == alert.next_change:
        return Outcome("not_due", wake_at=closing.at)
    if not await pool.fetchval(_SQL["wait"], alert.id, alert.version, closing.at):
        return None
    return Outcome("touched", due=due, acted=alert.now)


def _drift(alert: AlertClosing, closing: Closing | None) -> str | None:
    """What is wrong with the row, unless it is due: it may say too early a moment, at which the job looks again."""
    if closing is None or alert.is_due:
        return None
    if alert.next_change is None:
        return "no_state"
    return "differs" if alert.next_change > closing.at else None
