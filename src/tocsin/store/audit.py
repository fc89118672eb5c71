"""Reading the audit log. It is written by the database's triggers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.store.removal import remove_in_batches

_sql = Statements(__package__, "audit.sql")

_REMOVED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row changed: by whom, and what it was before and after."""

    id: int
    created_at: datetime
    actor: Mapping[str, object]
    action: Literal["create", "update", "delete"]
    object_type: str
    object_id: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; None is all."""

    object_type: str | None = None
    object_id: str | None = None


async def entries(database: Queryable, wanted: AuditFilter, before_id: int | None, limit: int) -> Sequence[AuditEntry]:
    """Up to ``limit`` entries older than ``before_id``, newest first."""
    rows = await database.fetch(_sql["list"], wanted.object_type, wanted.object_id, before_id, limit)
    return [AuditEntry(**row) for row in rows]


async def remove_old(database: Queryable, lifetime: timedelta) -> int:
    """Remove what is older than ``lifetime``; returns how much."""
    return await remove_in_batches(database, _sql["remove_old"], lifetime, _REMOVED_AT_ONCE)
