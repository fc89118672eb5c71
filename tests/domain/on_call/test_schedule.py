"""Who is on call by a schedule at one instant (S1 to S3), and when that can change (S5)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.domain.times import utc

from tocsin.domain.on_call.schedule import (
    Cause,
    FixedShift,
    OnCall,
    OverrideDefinition,
    ScheduleDefinition,
    TemporaryScheduleDefinition,
    next_change,
    on_call,
    overrides_conflict,
)
from tocsin.domain.on_call.weekly_rule import WeeklyRule, WeeklyRuleTarget

BERLIN = ZoneInfo("Europe/Berlin")
ADA, BEN, CLEO = (UUID(int=n) for n in (1, 2, 3))
ROTATION = UUID(int=10)
NOON = utc("2026-06-10T12:00+02:00")  # a Wednesday
HOUR = timedelta(hours=1)
EVERY_DAY = frozenset(range(7))

DAYTIME = WeeklyRule(UUID(int=20), WeeklyRuleTarget("user", ADA), EVERY_DAY, time(9), time(17))
ROTA = WeeklyRule(UUID(int=21), WeeklyRuleTarget("rotation", ROTATION), EVERY_DAY, time(0), time(0))
TEMPORARY = TemporaryScheduleDefinition(
    UUID(int=40), NOON - HOUR, NOON + 3 * HOUR, [FixedShift(CLEO, NOON - 2 * HOUR, NOON + HOUR)]
)


def override(number: int = 30, *, add: UUID | None = None, remove: UUID | None = None) -> OverrideDefinition:
    return OverrideDefinition(UUID(int=number), NOON, NOON + HOUR, add, remove)


def users(schedule: ScheduleDefinition, at: datetime = NOON) -> Sequence[UUID]:
    return [one.user_id for one in on_call(schedule, {ROTATION: BEN}, at)]


def test_a_user_is_on_call_by_a_rule_and_another_by_a_rotation() -> None:
    assert on_call(ScheduleDefinition(BERLIN, [DAYTIME, ROTA]), {ROTATION: BEN}, NOON) == [
        OnCall(ADA, (Cause("rule", DAYTIME.id),)),
        OnCall(BEN, (Cause("rule", ROTA.id, ROTATION),)),
    ]


def test_a_user_on_call_by_several_causes_is_named_once_with_all_of_them() -> None:
    schedule = ScheduleDefinition(BERLIN, [DAYTIME, ROTA], [override(add=ADA)])
    assert on_call(schedule, {ROTATION: ADA}, NOON) == [
        OnCall(ADA, (Cause("rule", DAYTIME.id), Cause("rule", ROTA.id, ROTATION), Cause("override", UUID(int=30)))),
    ]


def test_a_rotation_without_participants_puts_nobody_on_call() -> None:
    assert on_call(ScheduleDefinition(BERLIN, [ROTA]), {}, NOON) == []


def test_an_override_adds_also_on_an_empty_schedule() -> None:
    assert on_call(ScheduleDefinition(BERLIN, (), [override(add=CLEO)]), {}, NOON) == [
        OnCall(CLEO, (Cause("override", UUID(int=30)),))
    ]


OVERRIDES = [
    ("adds", [override(add=CLEO)], [ADA, BEN, CLEO]),
    ("removes", [override(remove=ADA)], [BEN]),
    ("removes nobody", [override(remove=CLEO)], [ADA, BEN]),
    ("replaces", [override(add=CLEO, remove=ADA)], [BEN, CLEO]),
    ("replaces nobody", [override(add=ADA, remove=CLEO)], [ADA, BEN]),
    ("replaces both", [override(add=CLEO, remove=ADA), override(31, add=UUID(int=4), remove=BEN)], [CLEO, UUID(int=4)]),
]


@pytest.mark.parametrize(("overrides", "expected"), [one[1:] for one in OVERRIDES], ids=[one[0] for one in OVERRIDES])
def test_an_override(overrides: Sequence[OverrideDefinition], expected: Sequence[UUID]) -> None:
    schedule = ScheduleDefinition(BERLIN, [DAYTIME, ROTA], overrides)
    assert users(schedule) == expected
    assert users(schedule, NOON - timedelta.resolution) == users(schedule, NOON + HOUR) == [ADA, BEN]


def test_a_replacement_acts_only_while_the_replaced_would_be_on_call() -> None:
    evening = OverrideDefinition(UUID(int=30), NOON, NOON + 12 * HOUR, CLEO, ADA)
    schedule = ScheduleDefinition(BERLIN, [DAYTIME], [evening])
    assert users(schedule, NOON + 5 * HOUR - timedelta.resolution) == [CLEO]
    assert users(schedule, NOON + 5 * HOUR) == []


def test_a_temporary_schedule_replaces_rules_and_overrides() -> None:
    schedule = ScheduleDefinition(BERLIN, [DAYTIME, ROTA], [override(add=BEN)], [TEMPORARY])
    assert on_call(schedule, {ROTATION: BEN}, NOON) == [OnCall(CLEO, (Cause("temporary_schedule", TEMPORARY.id),))]
    assert users(schedule, NOON - HOUR) == [CLEO]
    assert users(schedule, NOON - HOUR - timedelta.resolution) == [ADA, BEN]
    assert users(schedule, NOON + HOUR) == []
    assert users(schedule, NOON + 3 * HOUR) == [ADA, BEN]


def test_the_instant_may_be_given_in_the_zone_of_the_schedule() -> None:
    night = WeeklyRule(UUID(int=22), WeeklyRuleTarget("user", ADA), EVERY_DAY, time(2), time(2, 30))
    first = utc("2026-10-25T02:45+02:00").astimezone(BERLIN)
    assert users(ScheduleDefinition(BERLIN, [night]), first) == [ADA]
    assert users(ScheduleDefinition(BERLIN, [night]), utc("2026-10-25T02:45+01:00").astimezone(BERLIN)) == []


CHANGES = [
    ("a rule's end", ScheduleDefinition(BERLIN, [DAYTIME]), NOON + 5 * HOUR),
    ("nothing", ScheduleDefinition(BERLIN), None),
    ("an always active rule", ScheduleDefinition(BERLIN, [ROTA]), None),
    ("an override that has begun", ScheduleDefinition(BERLIN, [ROTA], [override(add=ADA)]), NOON + HOUR),
    ("the shift in a temporary schedule", ScheduleDefinition(BERLIN, (), (), [TEMPORARY]), NOON + HOUR),
    (
        "the first of several",
        ScheduleDefinition(BERLIN, [DAYTIME, ROTA], [override(add=ADA)], [TEMPORARY]),
        NOON + HOUR,
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), [one[1:] for one in CHANGES], ids=[one[0] for one in CHANGES])
def test_the_next_change_is_that_of(schedule: ScheduleDefinition, expected: object) -> None:
    assert next_change(schedule, NOON) == expected


def test_changes_follow_each_other_up_to_the_last() -> None:
    schedule = ScheduleDefinition(BERLIN, (), [override(add=ADA)], [TEMPORARY])
    found, at = [], next_change(schedule, NOON - 24 * HOUR)
    while at is not None:
        found.append(at)
        at = next_change(schedule, at)
    assert [(at - NOON) / HOUR for at in found] == [-2, -1, 0, 1, 3]


def test_days_round_the_clock_change_only_at_their_ends() -> None:
    week = WeeklyRule(UUID(int=22), WeeklyRuleTarget("user", ADA), frozenset(range(5)), time(9), time(9))
    assert next_change(ScheduleDefinition(BERLIN, [week]), NOON) == utc("2026-06-13T09:00+02:00")


CONFLICTS = [
    ("the same user added", override(add=ADA), override(31, add=ADA), True),
    ("added and removed", override(add=ADA), override(31, remove=ADA), True),
    ("added, and replaced by another", override(add=ADA), override(31, add=BEN, remove=ADA), True),
    ("other users", override(add=ADA, remove=BEN), override(31, add=CLEO), False),
    ("nobody removed by either", override(add=ADA), override(31, add=BEN), False),
    (
        "one after the other",
        override(add=ADA),
        OverrideDefinition(UUID(int=31), NOON + HOUR, NOON + 2 * HOUR, ADA),
        False,
    ),
    (
        "overlapping by a little",
        override(add=ADA),
        OverrideDefinition(UUID(int=31), NOON + HOUR / 2, NOON + 2 * HOUR, ADA),
        True,
    ),
    (
        "one within the other",
        override(add=ADA),
        OverrideDefinition(UUID(int=31), NOON - HOUR, NOON + 2 * HOUR, ADA),
        True,
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "expected"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS]
)
def test_overrides_conflict_where_a_user_and_a_time_are_in_both(
    one: OverrideDefinition, other: OverrideDefinition, expected: bool
) -> None:
    assert overrides_conflict(one, other) is overrides_conflict(other, one) is expected
