"""Who is on call by what a policy's step targets: users themselves, the active one of a rotation, those of a schedule.

A snapshot holds the definitions and where the rotations stand; it answers for now, for any later instant and back to
the last change of what is defined, so the engine, the API and the forecast cannot differ. A rotation or schedule that
cannot be read (a zone that nobody knows, written by SQL) answers with whom it was last known to have, which is better
than nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from tocsin.domain.on_call import rotation, schedule, shifts
from tocsin.domain.on_call.handoffs import HandoffRule, shift_at
from tocsin.domain.on_call.history import INSTANT, Piece, Times, pieces, replayed
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import RotationDecision, RotationState
from tocsin.domain.on_call.schedule import Cause, OnCall, ScheduleDefinition
from tocsin.domain.spans import Span, Stint

TargetType = Literal["user", "rotation", "schedule", "channel"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a step notifies."""

    type: TargetType
    id: UUID


def ids_of(kind: TargetType, targets: Iterable[Target]) -> list[UUID]:
    """The ids of the targets of one type, each once."""
    return list(dict.fromkeys(target.id for target in targets if target.type == kind))


@dataclass(frozen=True, slots=True)
class OnCallCause:
    """How a user came to be on call: by a target, and for a schedule by which of its parts."""

    target: Target
    parts: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class RotationSnapshot:
    """A rotation and where it stands. ``changed_at`` is when people last changed it; None: just now."""

    rotation: HandoffRule
    participants: Sequence[Participant]
    state: RotationState | None
    changed_at: datetime | None = None

    def decide(self, now: datetime) -> RotationDecision:
        return rotation.decide(self.rotation, self.participants, self.state, now, self.changed_at)

    def stints(self, now: datetime, window: Span) -> Iterator[Stint]:
        """Who is active in ``window``, as far back as nobody has changed the rotation."""
        known = Span(max(window.start, min(self.changed_at or now, now)), window.end)
        position = rotation.position_after(self.decide(now), self.state)
        return rotation.stints_around(self.rotation, self.participants, position, now, known)

    def stint_began(self, now: datetime) -> tuple[UUID, datetime] | None:
        """Who is active now, and since which handoff; stints of one user in a row are one. None: nobody is.

        Where everybody in the order is the same user, it is the last handoff before people changed the rotation.
        """
        position = rotation.position_after(self.decide(now), self.state)
        if position is None:
            return None
        order = [participant.user_id for participant in self.participants]
        user_id, start = order[position], shift_at(self.rotation, now).start
        if len(set(order)) == 1:
            return user_id, min(start, shift_at(self.rotation, self.changed_at or start).start)
        while order[(position := position - 1) % len(order)] == user_id:
            start = shift_at(self.rotation, start - INSTANT).start
        return user_id, start


@dataclass(frozen=True, slots=True)
class OnCallSnapshot:
    """Rotations and schedules as of ``now``; ``last_known`` has those that cannot be read, by id.

    Of schedules, ``changed_at`` says when people last changed them, and ``history_until`` up to when their rows tell
    who was on call; by id.
    """

    now: datetime
    rotations: Mapping[UUID, RotationSnapshot] = field(default_factory=dict)
    schedules: Mapping[UUID, ScheduleDefinition] = field(default_factory=dict)
    last_known: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    changed_at: Mapping[UUID, datetime] = field(default_factory=dict)
    history_until: Mapping[UUID, datetime] = field(default_factory=dict)

    def on_call(self, targets: Sequence[Target], at: datetime) -> Mapping[UUID, Sequence[OnCallCause]]:
        """The users on call by the targets at ``at``, in the targets' order, with every cause."""
        found: dict[UUID, list[OnCallCause]] = {}
        for target in targets:
            for user_id, because in self._by_target(target, at):
                found.setdefault(user_id, []).append(because)
        return found

    def of_schedule(self, schedule_id: UUID, at: datetime) -> Sequence[OnCall]:
        """The users on call by one schedule at ``at``. Raises KeyError when it cannot be read."""
        definition = self.schedules[schedule_id]
        return schedule.on_call(definition, self._active(definition, at), at)

    def next_change(self, schedule_id: UUID) -> datetime | None:
        """When a schedule's answer can change next: its own next edge, or a handoff of a rotation in it (S5)."""
        definition = self.schedules[schedule_id]
        edges = [schedule.next_change(definition, self.now), *map(self._next_handoff, _rotations_in(definition))]
        return min((edge for edge in edges if edge is not None), default=None)

    def stints(self, rotation_id: UUID, window: Span) -> Sequence[Stint]:
        """Who is active in a rotation over ``window``, back to when people last changed it."""
        rotation = self.rotations.get(rotation_id)
        if rotation is None:
            return [Stint(user_id, *window) for user_id in self.last_known.get(rotation_id, ())]
        return list(rotation.stints(self.now, window))

    def rotation_stints(self, definition: ScheduleDefinition, window: Span) -> Mapping[UUID, Sequence[Stint]]:
        """Who is active in each rotation that the schedule uses."""
        return {rotation_id: self.stints(rotation_id, window) for rotation_id in _rotations_in(definition)}

    def pieces_of_schedule(self, schedule_id: UUID, window: Span) -> Sequence[Piece[Cause]]:
        """Each user's time on call by a schedule, with every cause. Of one that cannot be read: as last known."""
        definition = self.schedules.get(schedule_id)
        if definition is None:
            return [Piece(user_id, window, ()) for user_id in self.last_known.get(schedule_id, ())]
        return pieces(shifts.reasons(definition, self.rotation_stints(definition, window), window), window)

    def pieces(self, targets: Sequence[Target], window: Span) -> Sequence[Piece[OnCallCause]]:
        """Each user's time on call by the targets, with every cause, in the targets' order."""
        return pieces([times for target in targets for times in self._times(target, window)], window)

    def to_replay(self, schedule_id: UUID) -> Span:
        """The time over which a schedule's rows do not tell yet who was on call, up to now."""
        return replayed(self.now, self.history_until.get(schedule_id), self.changes(Target("schedule", schedule_id)))

    def changes(self, target: Target) -> Iterator[datetime]:
        """When people last changed the target, and what it uses."""
        if target.type == "rotation" and target.id in self.rotations:
            yield self.rotations[target.id].changed_at or self.now
        elif target.type == "schedule" and target.id in self.schedules:
            yield self.changed_at.get(target.id, self.now)
            for rotation_id in _rotations_in(self.schedules[target.id]):
                yield from self.changes(Target("rotation", rotation_id))

    def _times(self, target: Target, window: Span) -> Iterator[Times[OnCallCause]]:
        match target.type:
            case "user":
                yield Times(target.id, OnCallCause(target), [window])
            case "rotation":
                for stint in self.stints(target.id, window):
                    yield Times(stint.user_id, OnCallCause(target), [Span(stint.start, stint.end)])
            case "schedule":
                for piece in self.pieces_of_schedule(target.id, window):
                    yield Times(piece.user_id, OnCallCause(target, tuple(piece.because)), [piece.span])
            case "channel":
                return
            case _:
                assert_never(target.type)

    def _by_target(self, target: Target, at: datetime) -> Sequence[tuple[UUID, OnCallCause]]:
        match target.type:
            case "user":
                return [(target.id, OnCallCause(target))]
            case "rotation":
                return [(user_id, OnCallCause(target)) for user_id in self._of_rotation(target.id, at)]
            case "schedule" if target.id in self.schedules:
                found = self.of_schedule(target.id, at)
                return [(user.user_id, OnCallCause(target, user.because)) for user in found]
            case "schedule":
                return [(user_id, OnCallCause(target)) for user_id in self.last_known.get(target.id, ())]
            case "channel":
                return []
            case _:
                assert_never(target.type)

    def _of_rotation(self, rotation_id: UUID, at: datetime) -> Sequence[UUID]:
        return [stint.user_id for stint in self.stints(rotation_id, Span(at, at + INSTANT))]

    def _active(self, definition: ScheduleDefinition, at: datetime) -> Mapping[UUID, UUID]:
        return {
            rotation_id: users[0]
            for rotation_id in _rotations_in(definition)
            if (users := self._of_rotation(rotation_id, at))
        }

    def _next_handoff(self, rotation_id: UUID) -> datetime | None:
        one = self.rotations.get(rotation_id)
        if one is None:
            return None
        decision = one.decide(self.now)
        return None if isinstance(decision, rotation.End) else decision.until


def _rotations_in(definition: ScheduleDefinition) -> Sequence[UUID]:
    return list({rule.target.id: None for rule in definition.rules if rule.target.type == "rotation"})
