"""What a heartbeat monitor was during the last year, and the days of it as they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements

_sql = Statements(__package__, "history.sql")

HistoryStatus = Literal["up", "down", "paused"]


@dataclass(frozen=True, slots=True)
class HeartbeatStint:
    """A time that a monitor was up, down or paused; without end, it still is. ``alert_id``: raised as it went down."""

    status: HistoryStatus
    reason: str
    started_at: datetime
    ended_at: datetime | None
    alert_id: int | None


async def of_monitor(database: Queryable, monitor_id: UUID) -> Sequence[HeartbeatStint]:
    """Its stints of the last year, the newest first, a thousand at most."""
    return [HeartbeatStint(**row) for row in await database.fetch(_sql["of_monitor"], monitor_id)]
