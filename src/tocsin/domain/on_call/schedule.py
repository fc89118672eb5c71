"""Who is on call by a schedule at one instant, and when that can change next (S1 to S3, S5).

Rules put users on call, overrides then add, remove or replace, and a temporary schedule stands in for both while it
lasts. All spans of time include their start and exclude their end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.domain.on_call.weekly_rule import WeeklyRule, is_active, shift_at_or_after


@dataclass(frozen=True, slots=True)
class OverrideDefinition:
    """Adds a user, removes one, or replaces the removed by the added one: then only while the removed is on call."""

    id: UUID
    start_at: datetime
    end_at: datetime
    add_user_id: UUID | None = None
    remove_user_id: UUID | None = None

    def holds(self, at: datetime) -> bool:
        return self.start_at <= at < self.end_at


@dataclass(frozen=True, slots=True)
class FixedShift:
    """A user's time in a temporary schedule; what lies outside of the schedule's own time does not count."""

    user_id: UUID
    start_at: datetime
    end_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.start_at <= at < self.end_at


@dataclass(frozen=True, slots=True)
class TemporaryScheduleDefinition:
    """Replaces rules and overrides by its shifts; where it has none, nobody is on call."""

    id: UUID
    start_at: datetime
    end_at: datetime
    shifts: Sequence[FixedShift] = ()

    def holds(self, at: datetime) -> bool:
        return self.start_at <= at < self.end_at


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """All that decides who is on call, but for who is active in the rotations."""

    time_zone: ZoneInfo
    rules: Sequence[WeeklyRule] = ()
    overrides: Sequence[OverrideDefinition] = ()
    temporary: Sequence[TemporaryScheduleDefinition] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """What put a user on call: the id of a rule, an override or a temporary schedule.

    ``rotation_id`` names the rotation that a rule found the user in.
    """

    type: Literal["rule", "override", "temporary_schedule"]
    id: UUID
    rotation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OnCall:
    """A user on call and every cause of it."""

    user_id: UUID
    because: Sequence[Cause]


Causes = dict[UUID, list[Cause]]


def on_call(schedule: ScheduleDefinition, active: Mapping[UUID, UUID], at: datetime) -> Sequence[OnCall]:
    """The users on call at ``at``, each once; ``active`` gives the active user of each rotation that has one."""
    at = at.astimezone(UTC)
    temporary = [replacement for replacement in schedule.temporary if replacement.holds(at)]
    causes = _by_temporary(temporary, at) if temporary else _by_rules_and_overrides(schedule, active, at)
    return [OnCall(user_id, tuple(because)) for user_id, because in causes.items()]


def next_change(schedule: ScheduleDefinition, at: datetime) -> datetime | None:
    """The first instant after ``at`` at which a rule, an override or a temporary schedule can change the answer.

    It may turn out to change nothing. Handoffs of rotations are not in it: a rotation wakes its schedules itself.
    """
    at = at.astimezone(UTC)
    return min((edge for edge in _edges(schedule, at) if edge > at), default=None)


def overrides_conflict(one: OverrideDefinition, other: OverrideDefinition) -> bool:
    """Whether some user is added or removed by both while both hold (S2). An override conflicts with itself."""
    overlap = one.start_at < other.end_at and other.start_at < one.end_at
    return overlap and not _users(one).isdisjoint(_users(other))


def _users(override: OverrideDefinition) -> set[UUID]:
    return {user for user in (override.add_user_id, override.remove_user_id) if user is not None}


def _by_temporary(temporary: Sequence[TemporaryScheduleDefinition], at: datetime) -> Causes:
    causes: Causes = {}
    for replacement in temporary:
        cause = Cause("temporary_schedule", replacement.id)
        for shift in replacement.shifts:
            if shift.holds(at) and cause not in causes.setdefault(shift.user_id, []):
                causes[shift.user_id].append(cause)
    return {user_id: because for user_id, because in causes.items() if because}


def _by_rules_and_overrides(schedule: ScheduleDefinition, active: Mapping[UUID, UUID], at: datetime) -> Causes:
    """What an override removes is what the rules give, so the order of overrides does not matter."""
    by_rules = _by_rules(schedule, active, at)
    overrides = [override for override in schedule.overrides if override.holds(at)]
    removed = {override.remove_user_id for override in overrides}
    causes = {user_id: because for user_id, because in by_rules.items() if user_id not in removed}
    for override in overrides:
        acts = override.remove_user_id is None or override.remove_user_id in by_rules
        if override.add_user_id is not None and acts:
            causes.setdefault(override.add_user_id, []).append(Cause("override", override.id))
    return causes


def _by_rules(schedule: ScheduleDefinition, active: Mapping[UUID, UUID], at: datetime) -> Causes:
    causes: Causes = {}
    for rule in schedule.rules:
        rotation_id = rule.target.id if rule.target.type == "rotation" else None
        user_id = rule.target.id if rotation_id is None else active.get(rotation_id)
        if user_id is not None and is_active(rule, schedule.time_zone, at):
            causes.setdefault(user_id, []).append(Cause("rule", rule.id, rotation_id))
    return causes


def _edges(schedule: ScheduleDefinition, at: datetime) -> Iterator[datetime]:
    """Starts and ends around ``at``, the next of each rule among them."""
    for rule in schedule.rules:
        yield from shift_at_or_after(rule, schedule.time_zone, at) or ()
    for override in schedule.overrides:
        yield from (override.start_at, override.end_at)
    for temporary in schedule.temporary:
        yield from (temporary.start_at, temporary.end_at)
        for shift in temporary.shifts:
            yield from (shift.start_at, shift.end_at)
