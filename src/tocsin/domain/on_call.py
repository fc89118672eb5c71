"""Who is on call by what a policy's step targets: users themselves, the active one of a rotation, those of a schedule.

A roster holds the definitions and where the rotations stand; it answers for now and for any later instant, so the
engine, the API and the forecast cannot differ. A rotation or schedule that cannot be read (a zone that nobody knows,
written by SQL) answers with whom it was last known to have, which is better than nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, assert_never
from uuid import UUID

from tocsin.domain import rotation, schedule
from tocsin.domain.handoffs import Rotation
from tocsin.domain.rotation import Participant, Standing
from tocsin.domain.schedule import Cause, OnCall, Schedule
from tocsin.domain.spans import Span, Stint

TargetType = Literal["user", "rotation", "schedule", "channel"]

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a step notifies."""

    type: TargetType
    id: UUID


def ids_of(kind: TargetType, targets: Iterable[Target]) -> list[UUID]:
    """The ids of the targets of one type, each once."""
    return list(dict.fromkeys(target.id for target in targets if target.type == kind))


@dataclass(frozen=True, slots=True)
class Because:
    """How a user came to be on call: by a target, and for a schedule by which of its parts."""

    target: Target
    parts: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class RotationNow:
    """A rotation and where it stands."""

    rotation: Rotation
    participants: Sequence[Participant]
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Rotations and schedules as of ``now``; ``last_known`` has those that cannot be read, by id."""

    now: datetime
    rotations: Mapping[UUID, RotationNow] = field(default_factory=dict)
    schedules: Mapping[UUID, Schedule] = field(default_factory=dict)
    last_known: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)

    def on_call(self, targets: Sequence[Target], at: datetime) -> Mapping[UUID, Sequence[Because]]:
        """The users on call by the targets at ``at`` (not before ``now``), in the targets' order, with every cause."""
        found: dict[UUID, list[Because]] = {}
        for target in targets:
            for user_id, because in self._by_target(target, at):
                found.setdefault(user_id, []).append(because)
        return found

    def of_schedule(self, schedule_id: UUID, at: datetime) -> Sequence[OnCall]:
        """The users on call by one schedule at ``at``. Raises KeyError when it cannot be read."""
        found = self.schedules[schedule_id]
        return schedule.on_call(found, self._active(found, at), at)

    def next_change(self, schedule_id: UUID) -> datetime | None:
        """When a schedule's answer can change next: its own next edge, or a handoff of a rotation in it (S5)."""
        found = self.schedules[schedule_id]
        edges = [schedule.next_change(found, self.now), *map(self._next_handoff, _rotations_in(found))]
        return min((edge for edge in edges if edge is not None), default=None)

    def stints(self, rotation_id: UUID, window: Span) -> Sequence[Stint]:
        """Who would be active in a rotation over ``window``, as far as it lies ahead."""
        one = self.rotations.get(rotation_id)
        if one is None:
            return [Stint(user_id, *window) for user_id in self.last_known.get(rotation_id, ())]
        return list(rotation.stints(one.rotation, one.participants, one.standing, self.now, window))

    def _by_target(self, target: Target, at: datetime) -> Sequence[tuple[UUID, Because]]:
        match target.type:
            case "user":
                return [(target.id, Because(target))]
            case "rotation":
                return [(user_id, Because(target)) for user_id in self._of_rotation(target.id, at)]
            case "schedule" if target.id in self.schedules:
                found = self.of_schedule(target.id, at)
                return [(one.user_id, Because(target, one.because)) for one in found]
            case "schedule":
                return [(user_id, Because(target)) for user_id in self.last_known.get(target.id, ())]
            case "channel":
                return []
            case _:
                assert_never(target.type)

    def _of_rotation(self, rotation_id: UUID, at: datetime) -> Sequence[UUID]:
        return [stint.user_id for stint in self.stints(rotation_id, Span(at, at + _INSTANT))]

    def _active(self, found: Schedule, at: datetime) -> Mapping[UUID, UUID]:
        return {each: users[0] for each in _rotations_in(found) if (users := self._of_rotation(each, at))}

    def _next_handoff(self, rotation_id: UUID) -> datetime | None:
        one = self.rotations.get(rotation_id)
        if one is None:
            return None
        decision = rotation.decide(one.rotation, one.participants, one.standing, self.now)
        return None if isinstance(decision, rotation.End) else decision.until


def _rotations_in(found: Schedule) -> Sequence[UUID]:
    return list({rule.target.id: None for rule in found.rules if rule.target.type == "rotation"})
