"""Pings of heartbeat monitors: one statement each, which enqueues no job unless something changes at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.heartbeats.monitors import Monitor, monitor
from tocsin.store.random_secrets import digest

_sql = Statements(__package__, "pings.sql")

PingKind = Literal["ok", "fail", "start"]

KEPT = 20
"""How many pings of a monitor are kept; a later one takes the place of the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPing:
    """A ping as it comes: ``body`` is the end of what was sent, of ``body_bytes`` in all."""

    kind: PingKind = "ok"
    exit_code: int | None = None
    ip: str | None = None
    body: str = field(default="", repr=False)
    body_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping that has come; ``number`` counts those of the monitor."""

    number: int
    at: datetime
    kind: PingKind
    exit_code: int | None
    ip: str | None
    body: str
    body_bytes: int


async def ping(database: Queryable, secret: str, new: NewPing) -> Monitor:
    """Take the ping in, and return the monitor as it is then. Raises NotFound for an unknown secret."""
    return await _ping(database, digest(secret), new)


async def ping_by_name(database: Queryable, service_id: UUID, name: str, new: NewPing) -> Monitor:
    """As `ping`, for the service's monitor of that name, the oldest if there are several. Raises NotFound."""
    is_text = "\0" not in name and name.encode("utf-8", "ignore").decode() == name
    token_hash = await database.fetchval(_sql["named"], service_id, name) if is_text else None
    if token_hash is None:
        raise NotFound("the service has no heartbeat monitor of this name")
    return await _ping(database, token_hash, new)


async def _ping(database: Queryable, token_hash: bytes, new: NewPing) -> Monitor:
    arguments = (token_hash, new.kind, new.exit_code, new.ip, new.body, new.body_bytes)
    row = await database.fetchrow(_sql["ping"], *arguments)
    if row is None and await database.fetchval(_sql["restore"], token_hash):
        row = await database.fetchrow(_sql["ping"], *arguments)
    if row is None:
        raise NotFound("no heartbeat monitor has this address")
    return monitor(row)


async def last(database: Queryable, monitor_id: UUID) -> Sequence[Ping]:
    """The last pings, the newest first."""
    return [Ping(**row) for row in await database.fetch(_sql["last"], monitor_id)]
