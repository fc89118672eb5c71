"""Whether the engine does its work: a summary for pages that everybody opens, the status for whoever watches it."""

from dataclasses import dataclass

from tocsin.db.migrate import unfit
from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.engine_health import EngineStatus

_sql = Statements(__package__, "engine_health.sql")


@dataclass(frozen=True, slots=True)
class HealthSummary:
    """Engines alive and of these paused; jobs parked, and jobs that wait too long."""

    alive: int
    paused: int
    parked: int
    late: int


async def summary(database: Queryable) -> HealthSummary:
    """The engine now."""
    row = await database.fetchrow(_sql["summary"])
    assert row is not None
    return HealthSummary(**row)


async def status(connection: Connection) -> EngineStatus | None:
    """The status of all engines at once; None when the database has a schema that this version cannot read."""
    if await unfit(connection) is not None:
        return None
    row = await connection.fetchrow(_sql["status"])
    assert row is not None
    return EngineStatus(**row)
