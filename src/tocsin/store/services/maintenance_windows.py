"""Planned maintenance of services: once, or every week."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import FieldError, NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import ends_after_start, past, require_none

_sql = Statements(__package__, "maintenance_windows.sql")

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class MaintenanceWindowSpec:
    """What can be set. A weekly window comes at the same wall-clock time of the zone; else the zone means nothing."""

    start_at: datetime
    end_at: datetime
    weekly: bool = False
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """One planned maintenance."""

    id: UUID
    service_id: UUID
    start_at: datetime
    end_at: datetime
    weekly: bool
    time_zone: str
    created_at: datetime

    @property
    def spec(self) -> MaintenanceWindowSpec:
        return MaintenanceWindowSpec(self.start_at, self.end_at, self.weekly, self.time_zone)


async def create(connection: Connection, service_id: UUID, spec: MaintenanceWindowSpec) -> MaintenanceWindow:
    """Raises InvalidInput naming every wrong field."""
    await _check(connection, spec, None)
    return _found(await connection.fetchrow(_sql["insert"], service_id, *astuple(spec)))


async def get(database: Queryable, service_id: UUID, window_id: UUID) -> MaintenanceWindow:
    """Raises NotFound, for one of another service too."""
    return _found(await database.fetchrow(_sql["get"], service_id, window_id))


async def page(database: Queryable, service_id: UUID, after: Position | None, limit: int) -> Slice[MaintenanceWindow]:
    rows = await database.fetch(_sql["list"], service_id, *bounds(after), limit + 1)
    return cut([MaintenanceWindow(**row) for row in rows], limit)


async def coming(database: Queryable, service_id: UUID, limit: int) -> Sequence[MaintenanceWindow]:
    """Up to ``limit`` windows that are not over, in order of their beginning."""
    return [MaintenanceWindow(**row) for row in await database.fetch(_sql["coming"], service_id, limit)]


async def update(connection: Connection, window: MaintenanceWindow, spec: MaintenanceWindowSpec) -> MaintenanceWindow:
    """Change a window whose service is locked. Raises InvalidInput as ``create`` does, for what is new."""
    await _check(connection, spec, window.spec)
    return _found(await connection.fetchrow(_sql["update"], window.id, *astuple(spec)))


async def delete(connection: Connection, service_id: UUID, window_id: UUID) -> None:
    """Raises NotFound."""
    if await connection.fetchval(_sql["delete"], service_id, window_id) is None:
        raise NotFound("no such maintenance window")


async def _check(connection: Connection, spec: MaintenanceWindowSpec, old: MaintenanceWindowSpec | None) -> None:
    errors = list(ends_after_start(spec.start_at, spec.end_at))
    if spec.weekly and spec.end_at - spec.start_at > _WEEK:
        errors.append(FieldError("end_at", "must be at most a week after the start: the window is weekly"))
    is_new = old is None or (old.end_at, old.weekly) != (spec.end_at, spec.weekly)
    over = await past(connection, "end_at", spec.end_at) if is_new and not spec.weekly and not errors else ()
    require_none([*errors, *over])


def _found(row: asyncpg.Record | None) -> MaintenanceWindow:
    if row is None:
        raise NotFound("no such maintenance window")
    return MaintenanceWindow(**row)
