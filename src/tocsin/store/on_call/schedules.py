"""Schedules: their rules are in `schedule_rules`, who is on call by them in `shifts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.on_call import schedule_rules
from tocsin.store.on_call.schedule_rules import ScheduleRule, ScheduleRuleSpec
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, names_of_uses, policies_using, require_none, unknown, use_errors

_sql = Statements(__package__, "schedules.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSpec:
    """The fields that users set. ``team_id`` None is everybody's."""

    name: str
    time_zone: str
    rules: Sequence[ScheduleRuleSpec] = ()
    description: str = ""
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule with its rules in order."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    time_zone: str
    created_at: datetime
    rules: Sequence[ScheduleRule]

    @property
    def spec(self) -> ScheduleSpec:
        return ScheduleSpec(
            name=self.name,
            time_zone=self.time_zone,
            rules=[rule.spec for rule in self.rules],
            description=self.description,
            team_id=self.team_id,
        )


async def create(connection: Connection, spec: ScheduleSpec) -> Schedule:
    """Raises InvalidInput naming every id in it that names nothing."""
    await _check(connection, spec, ())
    schedule_id = await connection.fetchval(_sql["insert"], spec.team_id, spec.name, spec.description, spec.time_zone)
    await schedule_rules.replace(connection, schedule_id, (), spec.rules)
    return await get(connection, schedule_id)


async def get(database: Queryable, schedule_id: UUID) -> Schedule:
    """Raises NotFound."""
    return await _one(database, "get", schedule_id)


async def lock(connection: Connection, schedule_id: UUID) -> Schedule:
    """The schedule and what belongs to it, as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", schedule_id)


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Schedule]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    rules = await schedule_rules.of_schedules(database, [row["id"] for row in rows])
    return cut([Schedule(**row, rules=rules.get(row["id"], ())) for row in rows], limit)


async def update(connection: Connection, schedule: Schedule, spec: ScheduleSpec) -> Schedule:
    """Change a schedule that is locked. Raises InvalidInput as ``create`` does."""
    await _check(connection, spec, schedule.rules)
    await connection.execute(_sql["update"], schedule.id, spec.team_id, spec.name, spec.description, spec.time_zone)
    await schedule_rules.replace(connection, schedule.id, schedule.rules, spec.rules)
    return await get(connection, schedule.id)


async def delete(connection: Connection, schedule_id: UUID) -> None:
    """Delete a schedule that is locked. Raises Conflict naming the policies that use it."""
    if uses := await policies_using(connection, schedule_id):
        raise Conflict(f"used by {names_of_uses(uses)}: take it out there first", *use_errors(uses))
    await connection.execute(_sql["hold_state"], schedule_id)
    await connection.execute(_sql["delete"], schedule_id)


async def _one(database: Queryable, statement: str, schedule_id: UUID) -> Schedule:
    row = await database.fetchrow(_sql[statement], schedule_id)
    if row is None:
        raise NotFound("no such schedule")
    rules = await schedule_rules.of_schedules(database, [schedule_id])
    return Schedule(**row, rules=rules.get(schedule_id, ()))


async def _check(connection: Connection, spec: ScheduleSpec, old: Sequence[ScheduleRule]) -> None:
    references = [Reference("team_id", "team", spec.team_id), *schedule_rules.references(spec.rules)]
    require_none([*schedule_rules.wrong_ids(old, spec.rules), *await unknown(connection, references)])
