"""What routing rules have suppressed: kept and counted, so that people see what they are not paged for.

What its sender knows by one key is one row, with what the last message said.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.dedup_key import shown_key
from tocsin.domain.severity import Severity
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.removal import remove_in_batches
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "suppressed_alerts.sql")

_REMOVED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class SuppressedAlert:
    """What would be an alert. ``closed_at`` is when its sender said that it is over."""

    id: int
    service_id: UUID
    integration_key_id: UUID
    integration_key_name: str
    dedup_key: str
    rule_name: str
    summary: str
    details: str
    severity: Severity
    labels: Mapping[str, str]
    count: int
    payload_id: int | None
    created_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SuppressedSlice:
    """Some of them, and the place to go on from when there are more."""

    items: Sequence[SuppressedAlert]
    next: int | None


async def keep(connection: Connection, service_id: UUID, sender: Actor, alerts: Sequence[tuple[NewAlert, str]]) -> None:
    """Keep what came with the sender's key, each with the name of the rule that suppresses it.

    Where several have the same deduplication key, the last tells what it is.
    """
    by_key: dict[str, tuple[int, NewAlert, str]] = {}
    for alert, rule_name in alerts:
        count, *_ = by_key.get(alert.dedup_key, (0,))
        by_key[alert.dedup_key] = (count + 1, alert, rule_name)
    rows = [_row(*by_key[key]) for key in sorted(by_key)]
    await connection.execute(_sql["keep"], service_id, UUID(sender.id), sender.payload_id, json.dumps(rows))


async def close(connection: Connection, key_id: UUID, dedup_keys: Sequence[str]) -> None:
    """Note that what the key's sender knows by these keys is over."""
    await connection.execute(_sql["close"], key_id, sorted(map(shown_key, dedup_keys)))


async def get(database: Queryable, service_id: UUID, suppressed_id: int) -> SuppressedAlert:
    """Raises NotFound."""
    row = await database.fetchrow(_sql["get"], service_id, suppressed_id) if suppressed_id < 2**63 else None
    if row is None:
        raise NotFound("nothing of this number has been suppressed, or it has been removed")
    return from_row(SuppressedAlert, row)


async def newest(database: Queryable, service_id: UUID, limit: int) -> Sequence[SuppressedAlert]:
    """What was reported last of what came in for the service."""
    rows = await database.fetch(_sql["newest"], service_id, limit)
    return [from_row(SuppressedAlert, row) for row in rows]


async def count(database: Queryable, service_id: UUID) -> int:
    """How many messages are behind what is kept of the service."""
    messages: int = await database.fetchval(_sql["count"], service_id)
    return messages


async def page(database: Queryable, service_id: UUID, before: int | None, limit: int) -> SuppressedSlice:
    """What came in for the service, first suppressed last first, from a place on."""
    rows = await database.fetch(_sql["page"], service_id, before, limit + 1)
    items = [from_row(SuppressedAlert, row) for row in rows[:limit]]
    return SuppressedSlice(items, items[-1].id if len(rows) > limit else None)


async def remove_old(database: Queryable, lifetime: timedelta) -> int:
    """Remove what no message has told of for ``lifetime``; returns how much."""
    return await remove_in_batches(database, _sql["remove_old"], lifetime, _REMOVED_AT_ONCE)


def _row(count: int, alert: NewAlert, rule_name: str) -> dict[str, object]:
    return {
        "dedup_key": shown_key(alert.dedup_key),
        "rule_name": rule_name,
        "summary": alert.summary,
        "details": alert.details,
        "severity": alert.severity,
        "labels": dict(alert.labels),
        "count": count,
    }
