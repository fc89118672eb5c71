"""Who is on call by a schedule over a span of time.

The same rules as ``tocsin.domain.schedule.on_call``, applied to spans instead of to one instant: at each instant both
give the same users. Times of each user are kept in order, so the work grows with the number of shifts and overrides,
not with the length of the span.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from tocsin.domain.rule import Target, shifts_between
from tocsin.domain.schedule import Schedule
from tocsin.domain.spans import Span, Stint, difference, intersection, union

Times = Mapping[UUID, Sequence[Span]]


def shifts(
    schedule: Schedule, rotation_stints: Mapping[UUID, Sequence[Stint]], start: datetime, end: datetime
) -> Sequence[Stint]:
    """Each user's times on call in [start, end), cut to it, joined where they touch; by start, then user.

    ``rotation_stints`` says who is active in each rotation; where it says nothing, the rotation puts nobody on call.
    """
    window = Span(start.astimezone(UTC), end.astimezone(UTC))
    if window.start >= window.end:
        return []
    usual = _after_overrides(schedule, _by_rules(schedule, rotation_stints, window))
    replaced = union(Span(one.start_at, one.end_at) for one in schedule.temporary)
    times = {user_id: difference(spans, replaced) for user_id, spans in usual.items()}
    return _stints(_merged([times, _by_temporary(schedule)]), window)


def _by_rules(schedule: Schedule, rotation_stints: Mapping[UUID, Sequence[Stint]], window: Span) -> Times:
    found: list[Times] = []
    for target, spans in _by_target(schedule, window).items():
        if target.type == "user":
            found.append({target.id: spans})
        else:
            active = _by_user(rotation_stints.get(target.id, ()))
            found.append({user_id: intersection(spans, turns) for user_id, turns in active.items()})
    return _merged(found)


def _by_target(schedule: Schedule, window: Span) -> Mapping[Target, Sequence[Span]]:
    times: dict[Target, list[Span]] = defaultdict(list)
    for rule in schedule.rules:
        times[rule.target].extend(shifts_between(rule, schedule.time_zone, *window))
    return {target: union(spans) for target, spans in times.items()}


def _by_user(stints: Iterable[Stint]) -> Times:
    times: dict[UUID, list[Span]] = defaultdict(list)
    for stint in stints:
        times[stint.user_id].append(Span(stint.start, stint.end))
    return {user_id: union(spans) for user_id, spans in times.items()}


def _after_overrides(schedule: Schedule, by_rules: Times) -> Times:
    """What an override removes is what the rules give, so the order of overrides does not matter."""
    added: dict[UUID, list[Span]] = defaultdict(list)
    removed: dict[UUID, list[Span]] = defaultdict(list)
    for one in schedule.overrides:
        span = Span(one.start_at, one.end_at)
        if one.remove_user_id is not None:
            removed[one.remove_user_id].append(span)
        if one.add_user_id is not None:
            acts = [span] if one.remove_user_id is None else intersection(by_rules.get(one.remove_user_id, ()), [span])
            added[one.add_user_id].extend(acts)
    kept = {user_id: difference(spans, union(removed[user_id])) for user_id, spans in by_rules.items()}
    return _merged([kept, added])


def _by_temporary(schedule: Schedule) -> Times:
    times: dict[UUID, list[Span]] = defaultdict(list)
    for one in schedule.temporary:
        for shift in one.shifts:
            times[shift.user_id].append(Span(max(shift.start_at, one.start_at), min(shift.end_at, one.end_at)))
    return times


def _merged(parts: Iterable[Times]) -> Times:
    together: dict[UUID, list[Span]] = defaultdict(list)
    for part in parts:
        for user_id, spans in part.items():
            together[user_id].extend(spans)
    return {user_id: union(spans) for user_id, spans in together.items()}


def _stints(times: Times, window: Span) -> Sequence[Stint]:
    cut = [(start, user_id, end) for user_id, spans in times.items() for start, end in intersection(spans, [window])]
    return [Stint(user_id, start, end) for start, user_id, end in sorted(cut)]
