"""Known-right answers for handoffs, rules, overrides and temporary schedules.

Each row of ``time_tables.json`` names a function, its inputs and the answer of an established on-call system. The
functions below say by what of ours a row is answered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.on_call.handoffs import HandoffRule, handoffs, shift_at
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import RotationState, stints
from tocsin.domain.on_call.schedule import (
    FixedShift,
    OverrideDefinition,
    ScheduleDefinition,
    TemporaryScheduleDefinition,
    next_change,
    on_call,
)
from tocsin.domain.on_call.shifts import shifts
from tocsin.domain.on_call.weekly_rule import WeeklyRule, WeeklyRuleTarget, is_active, shift_at_or_after, shifts_between
from tocsin.domain.spans import Span, Stint, union
from tocsin.domain.wall_clock import first_instant, last_instant, wall_time

Given = Mapping[str, Any]
ROWS: Sequence[Given] = json.loads((Path(__file__).parent / "time_tables.json").read_text())["rows"]
SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 186
    assert {row["function"] for row in ROWS} == set(ANSWERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row(row: Given) -> None:
    assert ANSWERS[row["function"]](row["inputs"]) == _instants(row["expected"])


def _instants(value: Any) -> Any:
    """``value`` with each RFC 3339 text in it read, in UTC: instants are compared, not texts."""
    if isinstance(value, dict):
        return {key: _instants(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_instants(one) for one in value]
    return _at(value) if isinstance(value, str) and "T" in value and value[0].isdigit() else value


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _to_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


# Wall clock


def clock_first_of_day(given: Given) -> datetime:
    return first_instant(*_clock_of_day(given))


def clock_last_of_day(given: Given) -> datetime:
    return last_instant(*_clock_of_day(given))


def _clock_of_day(given: Given) -> tuple[datetime, ZoneInfo]:
    zone = ZoneInfo(given["time_zone"])
    return datetime.combine(wall_time(_at(given["day"]), zone), time.fromisoformat(given["clock"])), zone


def add_clock(given: Given) -> datetime:
    zone = ZoneInfo(given["time_zone"])
    return first_instant(wall_time(_at(given["at"]), zone) + given["clock_minutes"] * MINUTE, zone)


def clock_hours_between(given: Given) -> int:
    zone = ZoneInfo(given["time_zone"])
    return (wall_time(_at(given["b"]), zone) - wall_time(_at(given["a"]), zone)) // timedelta(hours=1)


def dst_change_within_24h(given: Given) -> Mapping[str, Any]:
    """The only row has no change, so the wall clock moves as far as time does."""
    zone, at = ZoneInfo(given["time_zone"]), _at(given["at"])
    minutes = (wall_time(at + DAY, zone) - wall_time(at, zone) - DAY) // MINUTE
    assert minutes == 0
    return {"change_at": "00:00", "change_minutes": minutes, "is_dst_change": minutes != 0}


# Rotations


def _rotation(given: Given) -> HandoffRule:
    start = _to_minute(_at(given["start"]))
    return HandoffRule(given["type"], given["shift_length"], start, ZoneInfo(given["time_zone"]))


def rotation_shift(given: Given) -> Mapping[str, datetime]:
    return shift_at(_rotation(given), _at(given["at"]))._asdict()


def rotation_shift_start(given: Given) -> datetime:
    return rotation_shift(given)["start"]


def rotation_shift_end(given: Given) -> datetime:
    return rotation_shift(given)["end"]


def rotation_handoffs(given: Given) -> Sequence[datetime]:
    rotation, start, end = _rotation(given), _at(given["from"]), _at(given["to"])
    return [shift_at(rotation, start).start, *handoffs(rotation, start, end), shift_at(rotation, end).end]


def rotation_user_at(given: Given) -> str:
    at = _at(given["at"])
    (stint,) = _stints_from(given, _at(given["current_start"]), Span(at, at + MINUTE))
    return next(name for name in given["users"] if _id(name) == stint.user_id)


def _stints_from(given: Given, now: datetime, window: Span) -> Sequence[Stint]:
    """``current_start`` may lie within the shift; our row would hold the shift's own start."""
    rotation = _rotation(given)
    people = [Participant(_id(f"place {name}"), _id(name)) for name in given["users"]]
    shift = shift_at(rotation, _at(given["current_start"]))
    index = given["current_index"]
    return list(stints(rotation, people, RotationState(index, people[index].id, *shift), now, window))


# Rules


def _rule(given: Given, target: WeeklyRuleTarget | None = None) -> WeeklyRule:
    weekdays = frozenset(day for day, enabled in zip(SUNDAY_FIRST, given["weekdays"], strict=True) if enabled)
    start, end = time.fromisoformat(given["start"]), time.fromisoformat(given["end"])
    return WeeklyRule(_id("rule"), target or WeeklyRuleTarget("user", _id("somebody")), weekdays, start, end)


def rule_is_active(given: Given) -> bool:
    return is_active(_rule(given), ZoneInfo(given["time_zone"]), _at(given["at"]))


def rule_start(given: Given) -> datetime | None:
    shift = shift_at_or_after(_rule(given), ZoneInfo(given["time_zone"]), _at(given["at"]))
    return shift and shift.start


def rule_end(given: Given) -> datetime | None:
    shift = shift_at_or_after(_rule(given), ZoneInfo(given["time_zone"]), _at(given["at"]))
    return shift and shift.end


def weekday_filter_days_until(given: Given) -> int:
    rule, day = _weekday_rule(given)
    shift = shift_at_or_after(rule, UTC_ZONE, day)
    return -1 if shift is None else (shift.start - day) // DAY


def weekday_filter_days_since(given: Given) -> int:
    rule, day = _weekday_rule(given)
    earlier = shifts_between(rule, UTC_ZONE, day - 6 * DAY, day + MINUTE)
    return (day - earlier[-1].start) // DAY if earlier else -1


def _weekday_rule(given: Given) -> tuple[WeeklyRule, datetime]:
    """A rule with a short shift on each day that the filter looks for, and the day to look from."""
    weekdays = [bool(flag) is given["enabled"] for flag in given["weekdays"]]
    assert given["from_weekday"] == "Monday"
    return _rule({"weekdays": weekdays, "start": "00:00", "end": "12:00"}), MONDAY


# Schedules


def temp_schedule_on_call(given: Given) -> Mapping[str, Any]:
    at = _at(given["at"])
    temporary = [_temporary(one) for one in given["schedules"]]
    users = _names(on_call(ScheduleDefinition(UTC_ZONE, temporary=temporary), {}, at), ("foo", "bar"))
    return {"active": any(one.holds(at) for one in temporary), "users": users}


def _temporary(given: Given) -> TemporaryScheduleDefinition:
    fixed = [FixedShift(_id(one["user"]), _at(one["start"]), _at(one["end"])) for one in given["shifts"]]
    return TemporaryScheduleDefinition(_id("temporary"), _at(given["start"]), _at(given["end"]), fixed)


def override_map_users(given: Given) -> Sequence[str]:
    always = {"weekdays": [1] * 7, "start": "00:00", "end": "00:00"}
    rules = [_rule(always, WeeklyRuleTarget("user", _id(name))) for name in given["users"]]
    overrides = [_override(one) for one in given["overrides"]]
    people = {name for one in given["overrides"] for name in (one["add_user"], one["remove_user"]) if name}
    return _names(
        on_call(ScheduleDefinition(UTC_ZONE, rules, overrides), {}, _at(given["at"])), {*people, *given["users"]}
    )


def _override(given: Given) -> OverrideDefinition:
    add, remove = given["add_user"], given["remove_user"]
    return OverrideDefinition(
        _id("override"), _at(given["start"]), _at(given["end"]), add and _id(add), remove and _id(remove)
    )


def _names(found: Sequence[Any], names: Any) -> Sequence[str]:
    users = {one.user_id for one in found}
    return sorted(name for name in names if _id(name) in users)


def span_transitions(given: Given) -> Sequence[Mapping[str, Any]]:
    ticks = _ticks([{**one, "user": "somebody"} for one in given["spans"]], given["window"])
    begun = [_at(one["start"]) for one in given["spans"] if Span(_at(one["start"]), _at(one["end"])).holds(ticks[0][0])]
    ticks[0] = (min([*begun, ticks[0][0]]), ticks[0][1])
    return [{"at": at, "active": bool(users)} for at, users in ticks]


def user_span_transitions(given: Given) -> Sequence[Mapping[str, Any]]:
    return [{"at": at, "users": users} for at, users in _ticks(given["spans"], given["window"])]


def _ticks(spans: Sequence[Given], window: Given) -> list[tuple[datetime, Sequence[str]]]:
    overrides = [_override({**one, "add_user": one["user"], "remove_user": None}) for one in spans]
    return _walk(ScheduleDefinition(UTC_ZONE, overrides=overrides), window, {one["user"] for one in spans})


def rule_transitions(given: Given) -> Sequence[Mapping[str, Any]]:
    schedule = ScheduleDefinition(ZoneInfo(given["time_zone"]), [_rule(given["rule"])])
    return [{"at": at, "user": next(iter(users), None)} for at, users in _walk(schedule, given["window"], ["somebody"])]


def _walk(schedule: ScheduleDefinition, window: Given, names: Any) -> list[tuple[datetime, Sequence[str]]]:
    """Who is on call at the window's start, at each change within it, and at its end."""
    at, end = _at(window["start"]), _at(window["end"])
    ticks = [(at, _names(on_call(schedule, {}, at), names))]
    while (change := next_change(schedule, at)) is not None and change < end:
        at, users = change, _names(on_call(schedule, {}, change), names)
        if users != ticks[-1][1]:
            ticks.append((at, users))
    return [*ticks, (end, ticks[-1][1])]


def schedule_shifts(given: Given) -> Sequence[Mapping[str, Any]]:
    """History up to now, as the row has it and by the minute, and from then on what our rules say."""
    start, end = _at(given["from"]), _at(given["to"])
    now = _at(given["now"]) if given["now"] else start
    names, schedule, turns = _schedule(given, now, Span(now, end + MINUTE))
    ahead = shifts(schedule, turns, now, end + MINUTE)
    times: dict[str, list[Span]] = {}
    for name, span in [*_history(given, now), *((names[one.user_id], Span(one.start, one.end)) for one in ahead)]:
        times.setdefault(name, []).append(span)
    found = [_shift(name, span, end) for name, spans in times.items() for span in union(spans)]
    return sorted((one for one in found if start <= one["end"] and one["start"] < end), key=lambda one: one["start"])


def _schedule(given: Given, now: datetime, window: Span) -> tuple[Mapping[UUID, str], ScheduleDefinition, Any]:
    assert not given["temporary_schedules"]
    rules, turns, names = [], {}, set()
    for number, rule in enumerate(given["rules"]):
        if "rotation" in rule:
            target = WeeklyRuleTarget("rotation", _id(f"rotation {number}"))
            turns[target.id] = _stints_from(rule["rotation"], now, window)
            names.update(rule["rotation"]["users"])
        else:
            target = WeeklyRuleTarget("user", _id(rule["user"]))
            names.add(rule["user"])
        rules.append(_rule(rule, target))
    overrides = [_override(one) for one in given["overrides"]]
    names.update(one[key] for one in given["overrides"] for key in ("add_user", "remove_user") if one[key])
    return (
        {_id(name): name for name in names},
        ScheduleDefinition(ZoneInfo(given["time_zone"]), rules, overrides),
        turns,
    )


def _history(given: Given, now: datetime) -> Sequence[tuple[str, Span]]:
    return [
        (one["user"], Span(_to_minute(_at(one["start"])), _to_minute(_at(one["end"])) if one["end"] else now))
        for one in given["history"]
    ]


def _shift(name: str, span: Span, end: datetime) -> dict[str, Any]:
    return {"start": span.start, "end": min(span.end, end), "truncated": span.end > end, "user": name}


ANSWERS: Mapping[str, Callable[[Given], Any]] = {
    answer.__name__: answer
    for answer in (
        add_clock,
        clock_first_of_day,
        clock_hours_between,
        clock_last_of_day,
        dst_change_within_24h,
        override_map_users,
        rotation_handoffs,
        rotation_shift,
        rotation_shift_end,
        rotation_shift_start,
        rotation_user_at,
        rule_end,
        rule_is_active,
        rule_start,
        rule_transitions,
        schedule_shifts,
        span_transitions,
        temp_schedule_on_call,
        user_span_transitions,
        weekday_filter_days_since,
        weekday_filter_days_until,
    )
}
