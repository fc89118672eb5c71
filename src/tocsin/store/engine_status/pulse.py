"""Is the engine well? The short answer for pages that everybody opens."""

from dataclasses import dataclass

from tocsin.db.pool import Database
from tocsin.db.sql import Statements

_sql = Statements(__package__, "pulse.sql")


@dataclass(frozen=True, slots=True)
class Pulse:
    """Engines alive and of these paused; jobs parked, and jobs that wait too long."""

    alive: int
    paused: int
    parked: int
    late: int


async def pulse(database: Database) -> Pulse:
    """The engine now."""
    row = await database.fetchrow(_sql["pulse"])
    assert row is not None
    return Pulse(**row)
