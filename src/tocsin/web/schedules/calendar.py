"""A schedule's calendar: its days, its layers, and who is on call now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.db.pool import Pool, Queryable
from tocsin.domain import checks
from tocsin.domain.on_call.schedule import OverrideDefinition, ScheduleDefinition, TemporaryScheduleDefinition
from tocsin.domain.on_call.snapshot import OnCallSnapshot
from tocsin.domain.on_call.weekly_rule import WeeklyRule
from tocsin.domain.spans import Span, Stint
from tocsin.domain.wall_clock import first_instant
from tocsin.store.engine_status import object_names
from tocsin.store.on_call import on_call_snapshot, schedules, shifts
from tocsin.store.people import user_list
from tocsin.web.kit.days import CalendarWindow, Day, chosen_window
from tocsin.web.kit.zone import zone_named
from tocsin.web.schedules import calendar_rows
from tocsin.web.schedules.calendar_rows import CalendarBar, CalendarEntry, CalendarRow

GAPS_AHEAD = timedelta(days=30)

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class OnCallNow:
    """The people on call by a schedule now, and when that changes; None if it does not change within ``GAPS_AHEAD``."""

    names: Sequence[str]
    until: datetime | None
    gaps: Sequence[Span]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a calendar with the bars of its own line."""

    day: Day
    bars: Sequence[CalendarBar]
    hours: Sequence[tuple[float, str]]
    is_today: bool
    is_beside: bool

    @property
    def ticks(self) -> Sequence[tuple[float, bool]]:
        return [(x, False) for x, _ in self.hours]

    @property
    def rows(self) -> int:
        return max((bar.row for bar in self.bars), default=0) + 1


async def on_call_now(database: Queryable, schedule_ids: Sequence[UUID]) -> Mapping[UUID, OnCallNow]:
    """Who is on call now by each schedule, and the gaps of the next days."""
    snapshot = await on_call_snapshot.load(database, [], schedule_ids)
    window = Span(snapshot.now, snapshot.now + GAPS_AHEAD)
    ahead = {schedule_id: shifts.ahead(snapshot, schedule_id, window) for schedule_id in schedule_ids}
    names = await user_list.names(database, {stint.user_id for stints in ahead.values() for stint in stints})
    return {schedule_id: _on_call_now(stints, names, window) for schedule_id, stints in ahead.items()}


async def shown(pool: Pool, schedule_id: UUID, view: str, of: str, zone: ZoneInfo | None) -> dict[str, Any]:
    """One schedule over the chosen week or month, in its own zone or in another."""
    schedule = await schedules.get(pool, schedule_id)
    snapshot = await on_call_snapshot.load(pool, [], [schedule_id])
    own_zone = zone_named(schedule.time_zone)
    shown_zone = zone or own_zone
    today = snapshot.now.astimezone(shown_zone).date()
    window = chosen_window(view, of, shown_zone, today)
    stints = [
        Stint(shift.user_id, shift.start_at, shift.end_at)
        for shift in await shifts.between(pool, schedule_id, *window.span)
    ]
    definition = snapshot.schedules.get(schedule_id, ScheduleDefinition(own_zone))
    users = list(_users(snapshot, definition, stints))
    names = await user_list.names(pool, users)
    colours = calendar_rows.colours_of(users)
    final = calendar_rows.on_call_entries(stints, names, _gaps_since(schedule.created_at, stints, window.span))
    layers = _layers(snapshot, schedule_id, _Names(names, await _rotation_names(pool, definition)), window.span)
    drawn = [_calendar_row(layer, window.span, colours) for layer in [*layers, ("final", "On call", "", final)]]
    return {
        "schedule": schedule,
        "own_zone": own_zone,
        "shown_zone": shown_zone,
        "window": window,
        "today": today,
        "rows": drawn,
        "days": [
            _day_row(day, calendar_rows.bars(final, day.span, colours), window, today, shown_zone)
            for day in window.days
        ],
        "now_at": calendar_rows.position(snapshot.now, window.span) if window.span.holds(snapshot.now) else None,
        "ticks": [(calendar_rows.position(day.span.start, window.span), day) for day in window.days],
        "on_call": (await on_call_now(pool, [schedule_id]))[schedule_id],
        "overrides": definition.overrides,
        "temporary": definition.temporary,
        "names": names,
        "override_text": override_text,
        "is_unreadable": schedule_id not in snapshot.schedules,
    }


def hours_of(weekdays: Sequence[int] | frozenset[int], start: object, end: object) -> str:
    """When a rule holds: Mon–Fri 08:00–18:00, always."""
    days = sorted(weekdays)
    if start == end and len(days) == 7:
        return "always"
    return (
        f"{_days_of(days)} {str(start)[:5]}–{str(end)[:5]}"
        if start != end
        else f"{_days_of(days)} from {str(start)[:5]} for 24 h"
    )


def _days_of(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "daily"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{_WEEKDAYS[days[0]]}–{_WEEKDAYS[days[-1]]}"
    return " ".join(_WEEKDAYS[day] for day in days)


def _on_call_now(stints: Sequence[Stint], names: Mapping[UUID, str], window: Span) -> OnCallNow:
    now = [stint for stint in stints if stint.start <= window.start]
    edges = [stint.end for stint in now] + [stint.start for stint in stints if stint.start > window.start]
    until = min(edges, default=window.end)
    gaps = checks.gaps(stints, window)
    return OnCallNow([names.get(one.user_id, "somebody") for one in now], until if until < window.end else None, gaps)


def _gaps_since(created_at: datetime, stints: Sequence[Stint], window: Span) -> Sequence[Span]:
    """The gaps of the window since there is a schedule."""
    start = max(created_at, window.start)
    return checks.gaps(stints, Span(start, window.end)) if start < window.end else []


def _users(snapshot: OnCallSnapshot, definition: ScheduleDefinition, stints: Sequence[Stint]) -> Iterator[UUID]:
    """Every user whom the schedule names or puts on call, in a stable order."""
    for rule in definition.rules:
        if rule.target.type == "user":
            yield rule.target.id
        elif rule.target.id in snapshot.rotations:
            yield from (participant.user_id for participant in snapshot.rotations[rule.target.id].participants)
    for override in definition.overrides:
        yield from (each for each in (override.add_user_id, override.remove_user_id) if each)
    for temporary in definition.temporary:
        yield from (shift.user_id for shift in temporary.shifts)
    yield from sorted({stint.user_id for stint in stints})


_LayerEntries = tuple[str, str, str, Sequence[CalendarEntry]]


@dataclass(frozen=True, slots=True)
class _Names:
    users: Mapping[UUID, str]
    rotations: Mapping[UUID, str]


def _layers(snapshot: OnCallSnapshot, schedule_id: UUID, names: _Names, window: Span) -> Iterator[_LayerEntries]:
    """The calendar's rows for each rotation, rule, override and temporary schedule: kind, caption, detail, entries."""
    found = snapshot.schedules.get(schedule_id)
    ahead = Span(max(window.start, snapshot.now), window.end)
    if found is None or ahead.start >= ahead.end:
        return
    for rotation_id, name in names.rotations.items():
        yield (
            "rotation",
            name,
            "rotation",
            calendar_rows.on_call_entries(snapshot.stints(rotation_id, ahead), names.users),
        )
    for rule in found.rules:
        alone = replace(found, rules=[rule], overrides=(), temporary=())
        stints = shifts.ahead(replace(snapshot, schedules={schedule_id: alone}), schedule_id, ahead)
        yield "rule", *_rule(rule, names), calendar_rows.on_call_entries(stints, names.users)
    if found.overrides:
        yield "override", "Overrides", "", [_override(override, names.users) for override in found.overrides]
    if found.temporary:
        yield "temporary", "Temporary", "instead of all above", [*_temporary(found.temporary, names.users)]


def _rule(rule: WeeklyRule, names: _Names) -> tuple[str, str]:
    target = (names.users if rule.target.type == "user" else names.rotations).get(rule.target.id, "somebody")
    return target, f"rule, {hours_of(rule.weekdays, rule.start, rule.end)}"


def _override(override: OverrideDefinition, names: Mapping[UUID, str]) -> CalendarEntry:
    return CalendarEntry(
        Span(override.start_at, override.end_at),
        override_text(override, names),
        "person",
        override.add_user_id or override.remove_user_id,
    )


def override_text(override: OverrideDefinition, names: Mapping[UUID, str]) -> str:
    """What an override does, in words."""
    added, removed = (
        names.get(each, "somebody") if each else "" for each in (override.add_user_id, override.remove_user_id)
    )
    if added and removed:
        return f"{added} instead of {removed}"
    return f"{added} too" if added else f"without {removed}"


def _temporary(temporary: Sequence[TemporaryScheduleDefinition], names: Mapping[UUID, str]) -> Iterator[CalendarEntry]:
    for one in temporary:
        span = Span(one.start_at, one.end_at)
        stints = [Stint(shift.user_id, shift.start_at, shift.end_at) for shift in one.shifts]
        yield from calendar_rows.on_call_entries(stints, names, checks.gaps(stints, span))


def _calendar_row(layer: _LayerEntries, window: Span, colours: Mapping[UUID, int]) -> CalendarRow:
    kind, caption, more, entries = layer
    return CalendarRow(kind, caption, more, calendar_rows.bars(entries, window, colours))


def _day_row(day: Day, bars: Sequence[CalendarBar], window: CalendarWindow, today: date, zone: ZoneInfo) -> CalendarDay:
    hours = [_hour(day, number, zone) for number in range(0, 24, 3)]
    is_beside = window.view == "month" and day.date.month != window.first.month
    return CalendarDay(day, bars, hours, day.date == today, is_beside)


def _hour(day: Day, number: int, zone: ZoneInfo) -> tuple[float, str]:
    at = first_instant(datetime.combine(day.date, time(number)), zone)
    return calendar_rows.position(at, day.span), f"{number:02}"


async def _rotation_names(pool: Pool, found: ScheduleDefinition) -> Mapping[UUID, str]:
    """The rotations of the rules, in their order."""
    ids = dict.fromkeys(rule.target.id for rule in found.rules if rule.target.type == "rotation")
    named = await object_names.names(pool, [("rotation", str(each)) for each in ids])
    return {each: named["rotation", str(each)] for each in ids if ("rotation", str(each)) in named}
