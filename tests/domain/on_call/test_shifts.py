"""Shifts over a span of time (S1 to S3): a literal day, and agreement with what holds at each instant."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from time import process_time
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.times import DAY, MINUTE, instants, utc, zones

from tocsin.domain.on_call.handoffs import HandoffRule
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import stints
from tocsin.domain.on_call.schedule import (
    FixedShift,
    OverrideDefinition,
    ScheduleDefinition,
    TemporaryScheduleDefinition,
    next_change,
    on_call,
)
from tocsin.domain.on_call.shifts import shifts
from tocsin.domain.on_call.weekly_rule import WeeklyRule, WeeklyRuleTarget
from tocsin.domain.spans import Span, Stint

HOUR = timedelta(hours=1)
LENGTH = 8 * DAY
EVERY_DAY = frozenset(range(7))
ADA, BEN, CLEO = USERS = [UUID(int=n) for n in (1, 2, 3)]
ROTATION = UUID(int=10)

users = st.sampled_from(USERS)
targets = st.builds(WeeklyRuleTarget, st.just("user"), users) | st.just(WeeklyRuleTarget("rotation", ROTATION))
times = st.sampled_from([time(hour, minute) for hour in (0, 1, 2, 3, 9, 17, 23) for minute in (0, 30)])
rules = st.builds(WeeklyRule, st.uuids(), targets, st.frozensets(st.integers(0, 6), min_size=1), times, times)


def spans(start: datetime) -> st.SearchStrategy[Span]:
    """Spans to the half hour that begin up to a day before ``start``, or later."""
    first, length = st.integers(-48, 2 * 24 * 8), st.integers(1, 96)
    return st.builds(lambda at, n: Span(start + at * HOUR / 2, start + (at + n) * HOUR / 2), first, length)


def overrides(start: datetime) -> st.SearchStrategy[OverrideDefinition]:
    either = st.tuples(users, st.none()) | st.tuples(st.none(), users) | st.permutations(USERS).map(lambda two: two[:2])
    return st.builds(
        lambda number, span, who: OverrideDefinition(number, *span, *who), st.uuids(), spans(start), either
    )


def temporary(start: datetime) -> st.SearchStrategy[TemporaryScheduleDefinition]:
    fixed = st.builds(lambda user, span: FixedShift(user, *span), users, spans(start))
    return st.builds(
        lambda number, span, shifts: TemporaryScheduleDefinition(number, *span, shifts),
        st.uuids(),
        spans(start),
        st.lists(fixed, max_size=3),
    )


def schedules(zone: ZoneInfo, start: datetime) -> st.SearchStrategy[ScheduleDefinition]:
    return st.builds(
        ScheduleDefinition,
        st.just(zone),
        st.lists(rules, max_size=4),
        st.lists(overrides(start), max_size=4),
        st.lists(temporary(start), max_size=2),
    )


def daily_turns(zone: ZoneInfo, now: datetime, end: datetime) -> Sequence[Stint]:
    order = [Participant(user, user) for user in USERS]
    return list(stints(HandoffRule("daily", 1, now, zone), order, None, now, Span(now, end)))


def active(turns: Sequence[Stint], at: datetime) -> Mapping[UUID, UUID]:
    now = [one.user_id for one in turns if one.start <= at < one.end]
    return {ROTATION: now[0]} if now else {}


@given(st.data())
def test_shifts_agree_with_who_is_on_call_at_each_instant(data: st.DataObject) -> None:
    zone = data.draw(zones)
    start = data.draw(instants(zone))
    end = start + LENGTH
    schedule, turns = data.draw(schedules(zone, start)), daily_turns(zone, start, end)
    found = shifts(schedule, {ROTATION: turns}, start, end)
    edges = {edge for one in (*found, *turns) for edge in (one.start, one.end)}
    random = [start + data.draw(st.integers(0, LENGTH // MINUTE)) * MINUTE for _ in range(10)]
    for at in {*edges, *(edge - timedelta.resolution for edge in edges), *random}:
        if start <= at < end:
            expected = {one.user_id for one in on_call(schedule, active(turns, at), at)}
            assert {one.user_id for one in found if one.start <= at < one.end} == expected


@given(st.data())
def test_a_user_has_one_shift_at_a_time_and_a_pause_between_two(data: st.DataObject) -> None:
    zone = data.draw(zones)
    start = data.draw(instants(zone))
    found = shifts(data.draw(schedules(zone, start)), {}, start, start + LENGTH)
    assert [(one.start, one.user_id) for one in found] == sorted((one.start, one.user_id) for one in found)
    assert all(start <= one.start < one.end <= start + LENGTH for one in found)
    for user in USERS:
        assert all(one.end < other.start for one, other in pairwise([s for s in found if s.user_id == user]))


@given(st.data())
def test_no_change_comes_before_the_next_change(data: st.DataObject) -> None:
    """The active one of the rotation stays: its handoffs wake the schedule by another way."""
    zone = data.draw(zones)
    start = data.draw(instants(zone))
    schedule, ben = data.draw(schedules(zone, start)), [Stint(BEN, start, start + LENGTH)]
    announced, at = {start, start + LENGTH}, next_change(schedule, start)
    while at is not None and at < start + LENGTH:
        announced.add(at)
        following = next_change(schedule, at)
        assert following is None or following > at
        at = following
    found = shifts(schedule, {ROTATION: ben}, start, start + LENGTH)
    assert {edge for one in found for edge in (one.start, one.end)} <= announced


def test_a_day_with_everything() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), utc("2026-06-10T00:00+02:00")
    office = WeeklyRule(UUID(int=20), WeeklyRuleTarget("user", ADA), EVERY_DAY, time(9), time(17))
    rota = WeeklyRule(UUID(int=21), WeeklyRuleTarget("rotation", ROTATION), EVERY_DAY, time(0), time(0))
    schedule = ScheduleDefinition(
        berlin,
        [office, rota],
        [
            OverrideDefinition(UUID(int=30), day + 8 * HOUR, day + 10 * HOUR, CLEO, ADA),
            OverrideDefinition(UUID(int=31), day + 12 * HOUR, day + 13 * HOUR, None, BEN),
        ],
        [
            TemporaryScheduleDefinition(
                UUID(int=40), day + 15 * HOUR, day + 18 * HOUR, [FixedShift(CLEO, day, day + 16 * HOUR)]
            )
        ],
    )
    found = shifts(schedule, {ROTATION: [Stint(BEN, day - DAY, day + 3 * DAY)]}, day, day + DAY)
    assert [(one.user_id, (one.start - day) / HOUR, (one.end - day) / HOUR) for one in found] == [
        (BEN, 0, 12),
        (CLEO, 9, 10),
        (ADA, 10, 15),
        (BEN, 13, 15),
        (CLEO, 15, 16),
        (BEN, 18, 24),
    ]


def test_a_rotation_that_nothing_is_said_about_puts_nobody_on_call() -> None:
    start = datetime(2026, 6, 10, tzinfo=UTC)
    rota = WeeklyRule(UUID(int=21), WeeklyRuleTarget("rotation", ROTATION), EVERY_DAY, time(0), time(0))
    assert shifts(ScheduleDefinition(ZoneInfo("UTC"), [rota]), {}, start, start + DAY) == []


def test_an_empty_span_has_no_shifts() -> None:
    start = datetime(2026, 6, 10, tzinfo=UTC)
    always = WeeklyRule(UUID(int=21), WeeklyRuleTarget("user", ADA), EVERY_DAY, time(0), time(0))
    assert shifts(ScheduleDefinition(ZoneInfo("UTC"), [always]), {}, start, start) == []


def test_a_year_of_a_busy_schedule_is_quick() -> None:
    """About 40 ms on one core. Looking at each minute, or at all rules at each change, takes seconds."""
    zone, start = ZoneInfo("Europe/Berlin"), datetime(2026, 1, 1, tzinfo=UTC)
    end = start + 365 * DAY
    turns = {UUID(int=100 + n): daily_turns(zone, start, end) for n in range(5)}
    rotas = [
        WeeklyRule(UUID(int=n), WeeklyRuleTarget("rotation", UUID(int=100 + n % 5)), EVERY_DAY, time(n), time(23 - n))
        for n in range(10)
    ]
    fixed = [
        WeeklyRule(UUID(int=n), WeeklyRuleTarget("user", UUID(int=n)), frozenset({0, 1, 2, 3, 4}), time(n), time(7))
        for n in range(10, 20)
    ]
    swaps = [
        OverrideDefinition(UUID(int=n), start + 3 * n * DAY, start + (3 * n + 2) * DAY, UUID(int=500 + n), USERS[n % 3])
        for n in range(100)
    ]
    schedule = ScheduleDefinition(zone, [*rotas, *fixed], swaps)
    taken = []
    for _ in range(3):
        began = process_time()
        assert len(shifts(schedule, turns, start, end)) > 2000
        taken.append(process_time() - began)
    assert min(taken) < 0.2
