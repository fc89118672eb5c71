"""The quarantine of an integration key: what came with it and could not be mapped to any alert.

A payload stays there until somebody replays it, once the mapping is mended, or discards it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.actor import Actor
from tocsin.store.payloads.received import PayloadSlice, ReceivedPayload, cut_at
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "quarantine.sql")


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The quarantine of a key: how many payloads wait in it."""

    key_id: UUID
    key_name: str
    service_id: UUID
    service_name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class UntoldQuarantine:
    """A quarantine that its operators have to hear of: what waits in it, and the last reason."""

    key_id: UUID
    key_name: str
    service_id: UUID
    service_name: str
    waiting: int
    last_at: datetime
    reason: str


async def key_name(database: Queryable, service_id: UUID, key_id: UUID) -> str:
    """The name of the key whose quarantine it is; the key may have been revoked. Raises NotFound."""
    name: str | None = await database.fetchval(_sql["key_name"], service_id, key_id)
    if name is None:
        raise NotFound("no such integration key")
    return name


async def page(database: Queryable, key_id: UUID, before: int | None, limit: int) -> PayloadSlice:
    """What waits in the quarantine of the key, newest first, from a place on."""
    return cut_at(await database.fetch(_sql["list"], key_id, before, limit + 1), limit)


async def get(database: Queryable, key_id: UUID, payload_id: int) -> ReceivedPayload:
    """A payload that is, or has been, in the quarantine of the key. Raises NotFound."""
    row = await database.fetchrow(_sql["get"], key_id, payload_id)
    if row is None:
        raise NotFound("no such payload in the quarantine of this key")
    return from_row(ReceivedPayload, row)


async def lock(connection: Connection, key_id: UUID, payload_id: int) -> ReceivedPayload:
    """A payload that waits in quarantine, locked. Raises NotFound, and Conflict when somebody has settled it."""
    await connection.execute(_sql["lock"], key_id, payload_id)
    payload = await get(connection, key_id, payload_id)
    if payload.outcome != "quarantined":
        raise Conflict(f"the payload has been {payload.outcome} already")
    return payload


async def settle(
    connection: Connection, payload_id: int, outcome: Literal["replayed", "discarded"], actor: Actor
) -> None:
    """Take a payload out of quarantine that is locked, and note who did."""
    await connection.execute(_sql["settle"], payload_id, outcome, actor.record)


async def oldest(database: Queryable, key_id: UUID, after: int, limit: int) -> Sequence[int]:
    """The ids of what waits in the quarantine of the key, the oldest above an id."""
    return [row["id"] for row in await database.fetch(_sql["oldest"], key_id, after, limit)]


async def discard_all(connection: Connection, key_id: UUID, up_to: int, actor: Actor) -> int:
    """Take all out of the quarantine of the key up to an id, for good; returns how much."""
    discarded: int = await connection.fetchval(_sql["discard_all"], key_id, up_to, actor.record)
    return discarded


async def waiting(database: Queryable, service_id: UUID | None = None) -> Sequence[Quarantine]:
    """How many payloads wait in each quarantine that is not empty, those of revoked keys too; the fullest first.

    They are those of the service, or of all.
    """
    return [Quarantine(**row) for row in await database.fetch(_sql["waiting"], service_id)]


async def count(database: Queryable) -> int:
    """How many payloads wait in all quarantines."""
    waiting: int = await database.fetchval(_sql["count"])
    return waiting


async def claim_notice(database: Queryable) -> UntoldQuarantine | None:
    """A quarantine that the operators have to hear of, which for a minute no other process tells of.

    They hear of each at most once an hour, and only when something has come since.
    """
    row = await database.fetchrow(_sql["claim_notice"])
    return UntoldQuarantine(**row) if row is not None else None


async def noticed(database: Queryable, key_id: UUID) -> None:
    """Record that the operators have heard of the quarantine of the key."""
    await database.execute(_sql["noticed"], key_id)
