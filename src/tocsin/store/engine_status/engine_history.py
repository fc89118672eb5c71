"""How late the engine was during the last hour, how much it repaired in a day, and which objects are overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements

_sql = Statements(__package__, "engine_history.sql")

_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class LatenessMinute:
    """How late objects of one kind moved within a minute: how many, their median and the latest."""

    kind: str
    minute: datetime
    count: int
    p50_seconds: float
    max_seconds: float


@dataclass(frozen=True, slots=True)
class OverdueObject:
    """An object that should have moved and has no job in time."""

    kind: str
    id: str
    due: datetime
    reason: str


async def lateness(database: Queryable) -> Sequence[LatenessMinute]:
    """The last hour's minutes in which alerts entered steps or pages went out; in a storm the newest of them."""
    return [LatenessMinute(**row) for row in await database.fetch(_sql["lateness"], _MOST_ENTRIES)]


async def repairs_of_a_day(database: Queryable) -> int:
    """How many repairs there were in the last 24 hours."""
    count: int = await database.fetchval(_sql["repair_count"])
    return count


async def overdue(database: Queryable, limit: int) -> Sequence[OverdueObject]:
    """What is overdue now, the longest first."""
    return [OverdueObject(**row) for row in await database.fetch(_sql["overdue"], limit)]
