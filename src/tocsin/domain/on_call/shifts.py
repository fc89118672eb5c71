"""Who is on call by a schedule over a span of time.

The same rules as ``tocsin.domain.on_call.schedule.on_call``, applied to spans instead of to one instant: at each
instant both give the same users. Times of each user are kept in order, so the work grows with the number of shifts and
overrides, not with the length of the span.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.domain.on_call.history import Times
from tocsin.domain.on_call.schedule import Cause, ScheduleDefinition
from tocsin.domain.on_call.weekly_rule import WeeklyRule, shifts_between
from tocsin.domain.spans import Span, Stint, difference, intersection, union


def shifts(
    schedule: ScheduleDefinition, rotation_stints: Mapping[UUID, Sequence[Stint]], start: datetime, end: datetime
) -> Sequence[Stint]:
    """Each user's times on call in [start, end), cut to it, joined where they touch; by start, then user.

    ``rotation_stints`` says who is active in each rotation; where it says nothing, the rotation puts nobody on call.
    """
    window = Span(start.astimezone(UTC), end.astimezone(UTC))
    if window.start >= window.end:
        return []
    return _stints(_by_person(reasons(schedule, rotation_stints, window)), window)


def reasons(
    schedule: ScheduleDefinition, rotation_stints: Mapping[UUID, Sequence[Stint]], window: Span
) -> Sequence[Times[Cause]]:
    """What puts whom on call when, in the order of causes that ``schedule.on_call`` has; not cut to ``window``."""
    by_rules = _by_rules(schedule, rotation_stints, window)
    replaced = union(Span(one.start_at, one.end_at) for one in schedule.temporary)
    usual = [*_kept(schedule, by_rules), *_by_overrides(schedule, by_rules)]
    outside = [Times(one.user_id, one.reason, difference(one.spans, replaced)) for one in usual] if replaced else usual
    return [*outside, *_by_temporary(schedule)]


def _by_rules(
    schedule: ScheduleDefinition, rotation_stints: Mapping[UUID, Sequence[Stint]], window: Span
) -> Sequence[Times[Cause]]:
    by_rotation = {rotation_id: _by_user(stints) for rotation_id, stints in rotation_stints.items()}
    return [each for rule in schedule.rules for each in _by_rule(rule, schedule.time_zone, by_rotation, window)]


def _by_rule(
    rule: WeeklyRule, zone: ZoneInfo, by_rotation: Mapping[UUID, Mapping[UUID, Sequence[Span]]], window: Span
) -> Iterator[Times[Cause]]:
    spans = shifts_between(rule, zone, *window)
    if rule.target.type == "user":
        yield Times(rule.target.id, Cause("rule", rule.id), spans)
        return
    cause = Cause("rule", rule.id, rule.target.id)
    for user_id, theirs in by_rotation.get(rule.target.id, {}).items():
        yield Times(user_id, cause, intersection(spans, theirs))


def _by_user(stints: Iterable[Stint]) -> Mapping[UUID, Sequence[Span]]:
    times: dict[UUID, list[Span]] = defaultdict(list)
    for stint in stints:
        times[stint.user_id].append(Span(stint.start, stint.end))
    return {user_id: union(spans) for user_id, spans in times.items()}


def _kept(schedule: ScheduleDefinition, by_rules: Sequence[Times[Cause]]) -> Iterator[Times[Cause]]:
    """What an override removes is what the rules give, so the order of overrides does not matter."""
    removed: dict[UUID, list[Span]] = defaultdict(list)
    for override in schedule.overrides:
        if override.remove_user_id is not None:
            removed[override.remove_user_id].append(Span(override.start_at, override.end_at))
    holes = {user_id: union(spans) for user_id, spans in removed.items()}
    for times in by_rules:
        hole = holes.get(times.user_id)
        yield Times(times.user_id, times.reason, difference(times.spans, hole)) if hole else times


def _by_overrides(schedule: ScheduleDefinition, by_rules: Sequence[Times[Cause]]) -> Iterator[Times[Cause]]:
    """One that replaces somebody acts while the rules have that user on call."""
    usual = _by_person(by_rules) if any(override.remove_user_id is not None for override in schedule.overrides) else {}
    for one in schedule.overrides:
        if one.add_user_id is not None:
            span = Span(one.start_at, one.end_at)
            acts = [span] if one.remove_user_id is None else intersection(usual.get(one.remove_user_id, ()), [span])
            yield Times(one.add_user_id, Cause("override", one.id), acts)


def _by_temporary(schedule: ScheduleDefinition) -> Iterator[Times[Cause]]:
    for temporary in schedule.temporary:
        spans: dict[UUID, list[Span]] = defaultdict(list)
        for shift in temporary.shifts:
            spans[shift.user_id].append(
                Span(max(shift.start_at, temporary.start_at), min(shift.end_at, temporary.end_at))
            )
        for user_id, theirs in spans.items():
            yield Times(user_id, Cause("temporary_schedule", temporary.id), union(theirs))


def _by_person(times: Iterable[Times[Cause]]) -> Mapping[UUID, Sequence[Span]]:
    together: dict[UUID, list[Sequence[Span]]] = defaultdict(list)
    for user_times in times:
        together[user_times.user_id].append(user_times.spans)
    return {
        user_id: parts[0] if len(parts) == 1 else union(span for part in parts for span in part)
        for user_id, parts in together.items()
    }


def _stints(times: Mapping[UUID, Sequence[Span]], window: Span) -> Sequence[Stint]:
    cut = [(start, user_id, end) for user_id, spans in times.items() for start, end in intersection(spans, [window])]
    return [Stint(user_id, start, end) for start, user_id, end in sorted(cut)]
