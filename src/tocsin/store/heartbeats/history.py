"""What a heartbeat monitor was during the last year."""

from collections.abc import Sequence
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.heartbeats.history import HeartbeatStint

_sql = Statements(__package__, "history.sql")


async def of_monitor(database: Queryable, monitor_id: UUID) -> Sequence[HeartbeatStint]:
    """Its stints of the last year, the newest first, a thousand at most."""
    return [HeartbeatStint(**row) for row in await database.fetch(_sql["of_monitor"], monitor_id)]
