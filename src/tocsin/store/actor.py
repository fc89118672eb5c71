"""Who does something, and the transaction that remembers it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Connection, Pool
from tocsin.domain.rights import SharedObjects

ActorType = Literal["user", "token", "integration_key", "link", "cli", "engine"]
Role = Literal["admin", "user"]
Scope = Literal["read", "write", "admin"]
TeamRole = Literal["manager", "member"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the audit log and the timeline record it, and what they may do.

    ``user_id`` is set when a person acts, whether by session, by a token of theirs, or by a link in a page.
    ``teams`` holds that person's role in each of their teams. ``expires_at`` is when a token ends.
    ``shared`` is who changes what belongs to no team, as the settings say. ``payload_id`` is the payload by which a
    sender acts.
    """

    type: ActorType
    id: str | None
    name: str
    user_id: UUID | None = None
    role: Role = "user"
    scope: Scope = "write"
    teams: Mapping[UUID, TeamRole] = field(default_factory=dict)
    expires_at: datetime | None = None
    shared: SharedObjects = "members"
    ip: str | None = None
    payload_id: int | None = None

    @property
    def record(self) -> dict[str, str | None]:
        """The actor as kept in ``audit_log.actor`` and ``alert_logs.actor``."""
        return {"type": self.type, "id": self.id, "name": self.name, "ip": self.ip}


@asynccontextmanager
async def acting(pool: Pool, actor: Actor) -> AsyncIterator[Connection]:
    """A transaction in which everything written is recorded as the actor's."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('tocsin.actor', $1, true)", json.dumps(actor.record))
        yield connection
