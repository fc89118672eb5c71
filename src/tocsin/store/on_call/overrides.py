"""Overrides of schedules: for a time a user is added, removed, or replaced by another (S2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call import schedule
from tocsin.domain.on_call.schedule import overrides_conflict
from tocsin.errors import Conflict, FieldError, NotFound
from tocsin.store.instants import in_utc
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, ends_after_start, past, require_none, unknown

_sql = Statements(__package__, "overrides.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSpec:
    """The fields that users set: who is added, who is removed, or both, when the former replaces the latter."""

    start_at: datetime
    end_at: datetime
    add_user_id: UUID | None = None
    remove_user_id: UUID | None = None

    @property
    def columns(self) -> tuple[datetime, datetime, UUID | None, UUID | None]:
        """The values of its row, in the order in which the statements and ``OverrideDefinition`` take them."""
        return self.start_at, self.end_at, self.add_user_id, self.remove_user_id


@dataclass(frozen=True, slots=True)
class Override:
    """One override."""

    id: UUID
    schedule_id: UUID
    start_at: datetime
    end_at: datetime
    add_user_id: UUID | None
    remove_user_id: UUID | None
    created_at: datetime

    @property
    def spec(self) -> OverrideSpec:
        return OverrideSpec(
            start_at=self.start_at,
            end_at=self.end_at,
            add_user_id=self.add_user_id,
            remove_user_id=self.remove_user_id,
        )


async def create(connection: Connection, schedule_id: UUID, spec: OverrideSpec) -> Override:
    """Add an override to a schedule that is locked, so that of two at the same moment the second sees the first.

    Raises InvalidInput naming every wrong field, Conflict naming the override that it cannot stand beside.
    """
    await _check(connection, schedule_id, spec, None)
    return _found(await connection.fetchrow(_sql["insert"], schedule_id, *spec.columns))


async def get(database: Queryable, schedule_id: UUID, override_id: UUID) -> Override:
    """Raises NotFound, for one of another schedule too."""
    return _found(await database.fetchrow(_sql["get"], schedule_id, override_id))


async def page(database: Queryable, schedule_id: UUID, after: Position | None, limit: int) -> Slice[Override]:
    rows = await database.fetch(_sql["list"], schedule_id, *bounds(after), limit + 1)
    return cut([Override(**row) for row in rows], limit)


async def update(connection: Connection, override: Override, spec: OverrideSpec) -> Override:
    """Change an override whose schedule is locked. Raises as ``create`` does, for what is new."""
    await _check(connection, override.schedule_id, spec, override)
    return _found(await connection.fetchrow(_sql["update"], override.id, *spec.columns))


async def delete(connection: Connection, schedule_id: UUID, override_id: UUID) -> None:
    """Raises NotFound."""
    if await connection.fetchval(_sql["delete"], schedule_id, override_id) is None:
        raise NotFound("no such override")


def wrong_users(spec: OverrideSpec) -> list[FieldError]:
    """What is wrong with whom it adds and removes, whoever they are."""
    if spec.add_user_id is None and spec.remove_user_id is None:
        return [FieldError("add_user_id", "give add_user_id, remove_user_id or both")]
    if spec.add_user_id == spec.remove_user_id:
        return [FieldError("remove_user_id", "is the user who is added")]
    return []


async def _check(connection: Connection, schedule_id: UUID, spec: OverrideSpec, old: Override | None) -> None:
    references = [
        Reference("add_user_id", "user", spec.add_user_id),
        Reference("remove_user_id", "user", spec.remove_user_id),
    ]
    is_new = old is None or old.end_at != spec.end_at
    errors = [*ends_after_start(spec.start_at, spec.end_at), *wrong_users(spec)]
    over = await past(connection, "end_at", spec.end_at) if is_new and not errors else ()
    require_none([*errors, *over, *await unknown(connection, references)])
    await _require_no_conflict(connection, schedule_id, spec, old)


async def _require_no_conflict(
    connection: Connection, schedule_id: UUID, spec: OverrideSpec, old: Override | None
) -> None:
    arguments = (schedule_id, spec.start_at, spec.end_at, old.id if old else None)
    new = schedule.OverrideDefinition(uuid4(), *spec.columns)
    for row in await connection.fetch(_sql["overlapping"], *arguments):
        other = Override(**row)
        if overrides_conflict(new, schedule.OverrideDefinition(other.id, *other.spec.columns)):
            message = (
                f"a user of it is in the override {other.id} already, from {in_utc(other.start_at)}"
                f" until {in_utc(other.end_at)}"
            )
            of_other = {other.add_user_id, other.remove_user_id} - {None}
            shared = [name for name in ("add_user_id", "remove_user_id") if getattr(spec, name) in of_other]
            raise Conflict(message, *(FieldError(name, message) for name in shared))


def _found(row: asyncpg.Record | None) -> Override:
    if row is None:
        raise NotFound("no such override")
    return Override(**row)
