"""Payloads as they were received: what is kept of a request, and the requests that an alert stands for.

A payload is written by the statement that acts on it (`tocsin.store.alerts.new_alert`, `integration_keys`), so that it
costs no round trip of its own and is committed with the alert.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.removal import remove_in_batches
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "received.sql")

PayloadOutcome = Literal["accepted", "quarantined", "replayed", "discarded"]

MAX_QUARANTINED = 1000
MAX_QUARANTINED_BYTES = 32 * 1024 * 1024
"""What the quarantine of one key may hold: beyond it nothing more is kept, so that no sender fills the disk."""

_REMOVED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewPayload:
    """A request as it came, without its secrets."""

    path: str
    query: bytes
    content_type: str
    body: bytes


SentBy: TypeAlias = NewPayload | int | None
"""The payload that brought a message: one to keep, or the id of one that has been kept; None when a person acts."""


@dataclass(frozen=True, slots=True)
class ReceivedPayload:
    """A payload that is kept. ``reason`` says why it was put in quarantine, ``settled_by`` who took it out."""

    id: int
    integration_key_id: UUID
    integration_key_name: str
    integration_key_type: str
    service_id: UUID
    received_at: datetime
    path: str
    query: bytes
    content_type: str
    body: bytes
    outcome: PayloadOutcome
    reason: str | None
    settled_at: datetime | None
    settled_by: Mapping[str, str | None] | None
    alert_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class PayloadSlice:
    """Some payloads, and the place to go on from when there are more."""

    items: Sequence[ReceivedPayload]
    next: int | None


def arguments(sent_by: SentBy) -> tuple[object, ...]:
    """The five arguments by which a statement keeps a payload, or knows the one that has been kept."""
    match sent_by:
        case NewPayload():
            return (sent_by.path, sent_by.query, sent_by.content_type, sent_by.body, None)
        case payload_id:
            return (None, None, None, None, payload_id)


async def of_alert(database: Queryable, alert_id: int, before: int | None, limit: int) -> PayloadSlice:
    """The payloads that did something to the alert, newest first, from a place on. Raises NotFound."""
    if not await database.fetchval(_sql["alert_exists"], alert_id):
        raise NotFound("no such alert")
    return cut_at(await database.fetch(_sql["of_alert"], alert_id, before, limit + 1), limit)


async def one_of_alert(database: Queryable, alert_id: int, payload_id: int) -> ReceivedPayload:
    """Raises NotFound when the payload did nothing to the alert, or has been removed."""
    row = await database.fetchrow(_sql["one_of_alert"], alert_id, payload_id)
    if row is None:
        raise NotFound("no such payload of this alert; it may have been removed")
    return from_row(ReceivedPayload, row)


async def one_of_key(database: Queryable, key_id: UUID, payload_id: int) -> ReceivedPayload | None:
    """A payload that came with the key; None when it has been removed."""
    row = await database.fetchrow(_sql["one_of_key"], key_id, payload_id)
    return from_row(ReceivedPayload, row) if row else None


async def last_of_key(database: Queryable, key_id: UUID, limit: int, most_bytes: int) -> Sequence[ReceivedPayload]:
    """What came last with the key, newest first: so many payloads, or as many as have so many bytes; at least one."""
    rows = await database.fetch(_sql["last_of_key"], key_id, limit, most_bytes)
    return [from_row(ReceivedPayload, row) for row in rows]


def cut_at(rows: Sequence[asyncpg.Record], limit: int) -> PayloadSlice:
    """The first ``limit`` of the rows that a statement with ``limit + 1`` found."""
    items = [from_row(ReceivedPayload, row) for row in rows[:limit]]
    return PayloadSlice(items, items[-1].id if len(rows) > limit else None)


async def remove_old(database: Queryable, lifetime: timedelta) -> int:
    """Remove what is older than ``lifetime``, but for what is in quarantine; returns how much."""
    return await remove_in_batches(database, _sql["remove_old"], lifetime, _REMOVED_AT_ONCE)
