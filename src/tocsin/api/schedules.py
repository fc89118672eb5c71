"""Schedules: who is on call by the hours of the week."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from tocsin.domain.on_call.weekly_rule import WeeklyRuleTarget
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Body, Name, Read, Search, Text, TimeZone, UtcDatetime, example, optional
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import acting
from tocsin.store.on_call import schedules
from tocsin.store.on_call.schedule_rules import ScheduleRule, ScheduleRuleSpec
from tocsin.store.on_call.schedules import Schedule, ScheduleSpec

router = APIRouter(prefix="/schedules", tags=["schedules"])

_RULES = [
    {
        "target": {"type": "rotation", "id": "b1a2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"},
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "start": "08:00",
        "end": "18:00",
    },
]
_EXAMPLE = {"name": "Payments", "time_zone": "Europe/Berlin", "rules": _RULES}

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: Sequence[Weekday] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _wall_time(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or len(value) != len("HH:MM"):
        raise ValueError("must be a time of day, such as 08:30")
    return value


def _once_each(value: list[Weekday]) -> list[Weekday]:
    if len(set(value)) < len(value):
        raise ValueError("must name each day once")
    return value


WallTime = Annotated[
    time,
    BeforeValidator(_wall_time),
    PlainSerializer(lambda value: value.isoformat("minutes"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Weekdays = Annotated[
    list[Weekday],
    Field(min_length=1, max_length=7, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_once_each),
]


class RuleTarget(Body):
    """Whom a rule puts on call."""

    type: Literal["user", "rotation"]
    id: UUID


class RuleBody(Body):
    """A rule. With the id of an existing one it is that rule, changed; without, a new one."""

    id: UUID | None = None
    target: RuleTarget
    weekdays: Weekdays = Field(description="the days on which a shift starts")
    start: WallTime = Field(description="on the clocks of the schedule's zone")
    end: WallTime = Field(description="no later than the start: on the next day; equal to it: 24 hours")

    def spec(self) -> ScheduleRuleSpec:
        return ScheduleRuleSpec(
            id=self.id,
            target=WeeklyRuleTarget(self.target.type, self.target.id),
            weekdays=[_WEEKDAYS.index(day) for day in self.weekdays],
            start=self.start,
            end=self.end,
        )


class ScheduleCreate(Body):
    """A new schedule."""

    model_config = example(_EXAMPLE)

    team_id: UUID | None = Field(None, description="null: everybody's")
    name: Name
    description: Text = ""
    time_zone: TimeZone
    rules: list[RuleBody] = Field([], max_length=200)


class SchedulePatch(Body):
    """What to change of a schedule; what is left out stays. Rules are replaced as a whole."""

    model_config = example({"time_zone": "America/New_York"})

    team_id: UUID | None = optional()
    name: Name = optional()
    description: Text = optional()
    time_zone: TimeZone = optional()
    rules: list[RuleBody] = optional(max_length=200)


class RuleTargetRead(Read):
    """Whom a rule puts on call."""

    type: Literal["user", "rotation"]
    id: UUID


class RuleRead(Read):
    """A rule."""

    id: UUID
    target: RuleTargetRead
    weekdays: list[Weekday]
    start: WallTime
    end: WallTime


class ScheduleRead(Read):
    """A schedule."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    time_zone: str
    rules: list[RuleRead]
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create a schedule")
async def create_schedule(body: ScheduleCreate, actor: Writer, pool: Database, response: Response) -> ScheduleRead:
    require_make(actor, body.team_id)
    values = dict(body) | {"rules": [rule.spec() for rule in body.rules]}
    async with acting(pool, actor) as connection:
        schedule = await schedules.create(connection, ScheduleSpec(**values))
    response.headers["Location"] = f"/api/v1/schedules/{schedule.id}"
    return _read(schedule)


@router.get("", summary="List schedules")
async def list_schedules(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[ScheduleRead]:
    found = await schedules.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[_read(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{schedule_id}", summary="Show a schedule")
async def get_schedule(schedule_id: UUID, _actor: Reader, pool: Database) -> ScheduleRead:
    return _read(await schedules.get(pool, schedule_id))


@router.patch("/{schedule_id}", summary="Change a schedule")
async def patch_schedule(schedule_id: UUID, body: SchedulePatch, actor: Writer, pool: Database) -> ScheduleRead:
    async with acting(pool, actor) as connection:
        schedule = await schedules.lock(connection, schedule_id)
        spec = replace(schedule.spec, **_changes(body))
        require_move(actor, schedule.team_id, spec.team_id)
        changed = await schedules.update(connection, schedule, spec)
    return _read(changed)


@router.delete("/{schedule_id}", status_code=204, summary="Delete a schedule that no policy uses")
async def delete_schedule(schedule_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        schedule = await schedules.lock(connection, schedule_id)
        require_edit(actor, schedule.team_id)
        await schedules.delete(connection, schedule_id)


def _changes(body: SchedulePatch) -> dict[str, Any]:
    changes = body.given()
    return changes | ({"rules": [rule.spec() for rule in body.rules]} if "rules" in changes else {})


def _read(schedule: Schedule) -> ScheduleRead:
    return ScheduleRead(
        id=schedule.id,
        team_id=schedule.team_id,
        name=schedule.name,
        description=schedule.description,
        time_zone=schedule.time_zone,
        rules=[_read_rule(rule) for rule in schedule.rules],
        created_at=schedule.created_at,
    )


def _read_rule(rule: ScheduleRule) -> RuleRead:
    target = RuleTargetRead.model_validate(rule.target)
    weekdays = [_WEEKDAYS[day] for day in sorted(rule.weekdays)]
    return RuleRead(id=rule.id, target=target, weekdays=weekdays, start=rule.start, end=rule.end)
