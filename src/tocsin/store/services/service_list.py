"""Services as a list shows them: by name, each with its policy, what is open on it, and its maintenance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.errors import NotFound
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "service_list.sql")


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """Which services: those that meet every condition given. ``favourites_of``: of this user."""

    q: str | None = None
    team_id: UUID | None = None
    favourites_of: UUID | None = None
    with_alerts: bool = False
    in_maintenance: bool = False


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as it stands now. ``maintenance_until``: by hand or by a planned window; None when none runs."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    team_name: str | None
    policy_id: UUID
    policy_name: str
    has_steps: bool
    maintenance_until: datetime | None
    triggered: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class ServiceList:
    """Some services, and the name to go on after when there are more."""

    items: Sequence[ServiceRow]
    next: str | None


async def page(database: Queryable, wanted: ServiceFilter, after: str | None, limit: int) -> ServiceList:
    """Up to ``limit`` services whose names come after ``after``."""
    chosen = await _in_maintenance(database) if wanted.in_maintenance else None
    conditions = (wanted.q, wanted.team_id, wanted.favourites_of, wanted.with_alerts, chosen)
    rows = await database.fetch(_sql["page"], None, *conditions, after, limit + 1)
    items = [_service(row) for row in rows[:limit]]
    return ServiceList(items, items[-1].name if len(rows) > limit else None)


async def get(database: Queryable, service_id: UUID) -> ServiceRow:
    """Raises NotFound."""
    if row := await database.fetchrow(_sql["page"], service_id, None, None, None, False, None, None, 1):
        return _service(row)
    raise NotFound("no such service")


async def _in_maintenance(database: Queryable) -> Sequence[UUID]:
    return [row["service_id"] for row in await database.fetch(_sql["maybe_held"]) if _until(row)]


def _service(row: asyncpg.Record) -> ServiceRow:
    return from_row(ServiceRow, row, maintenance_until=_until(row))


def _until(row: asyncpg.Record) -> datetime | None:
    return maintenance.of_service(row).until(row["now"])
