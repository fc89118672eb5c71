"""The rules of schedules: whom they put on call, on which weekdays, from when until when (S1)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call.weekly_rule import WeeklyRuleTarget
from tocsin.errors import FieldError
from tocsin.store.references import Reference

_sql = Statements(__package__, "schedule_rules.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRuleSpec:
    """What can be set of a rule. ``weekdays`` count from Monday, 0. ``id`` names the existing rule that this one is."""

    target: WeeklyRuleTarget
    weekdays: Sequence[int]
    start: time
    end: time
    id: UUID | None = None

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its row, in the order in which the statements take them."""
        user_id = self.target.id if self.target.type == "user" else None
        rotation_id = self.target.id if self.target.type == "rotation" else None
        return (user_id, rotation_id, list(self.weekdays), self.start, self.end)


@dataclass(frozen=True, slots=True)
class ScheduleRule:
    """One rule. An end no later than the start is on the next day."""

    id: UUID
    target: WeeklyRuleTarget
    weekdays: Sequence[int]
    start: time
    end: time

    @property
    def spec(self) -> ScheduleRuleSpec:
        return ScheduleRuleSpec(target=self.target, weekdays=self.weekdays, start=self.start, end=self.end, id=self.id)


async def of_schedules(database: Queryable, schedule_ids: Collection[UUID]) -> Mapping[UUID, Sequence[ScheduleRule]]:
    """The rules of each schedule that has any, in order."""
    rows = await database.fetch(_sql["of_schedules"], list(schedule_ids))
    grouped = groupby(rows, key=lambda row: row["schedule_id"])
    return {schedule_id: [_rule(row) for row in rules] for schedule_id, rules in grouped}


def references(rules: Sequence[ScheduleRuleSpec]) -> Iterator[Reference]:
    """What the rules refer to."""
    for index, rule in enumerate(rules):
        yield Reference(f"rules.{index}.target.id", rule.target.type, rule.target.id)


def wrong_ids(old: Sequence[ScheduleRule], rules: Sequence[ScheduleRuleSpec]) -> Iterator[FieldError]:
    """An error for every rule that is none of the schedule's old ones, or listed twice."""
    known, seen = {rule.id for rule in old}, set[UUID]()
    for index, rule in enumerate(rules):
        if rule.id is None:
            continue
        if rule.id not in known:
            yield FieldError(f"rules.{index}.id", f"no rule of this schedule has the id {rule.id}")
        elif rule.id in seen:
            yield FieldError(f"rules.{index}.id", "is the id of an earlier rule")
        seen.add(rule.id)


async def replace(
    connection: Connection, schedule_id: UUID, old: Sequence[ScheduleRule], rules: Sequence[ScheduleRuleSpec]
) -> None:
    """Make these the rules of a schedule that is locked and has the old ones. A rule named by id keeps it."""
    if [rule.spec for rule in old] == list(rules):
        return
    await connection.execute(_sql["delete_others"], schedule_id, [rule.id for rule in rules if rule.id])
    for position, rule in enumerate(rules):
        if rule.id is None:
            await connection.execute(_sql["insert"], schedule_id, position, *rule.columns)
        else:
            await connection.execute(_sql["update"], rule.id, position, *rule.columns)


def _rule(row: asyncpg.Record) -> ScheduleRule:
    target = WeeklyRuleTarget(row["target_type"], row["target_id"])
    return ScheduleRule(row["id"], target, tuple(row["weekdays"]), row["start_time"], row["end_time"])
