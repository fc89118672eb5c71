"""Is the engine well? The short answer for pages that everybody opens; `tocsin.store.engine` has the long one."""

from dataclasses import dataclass

from tocsin.db.sql import Statements
from tocsin.store.listing import Database

_sql = Statements("tocsin.store", "pulse.sql")


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
