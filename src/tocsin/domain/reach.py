"""Whom an escalation policy can page, now and later, and how each of them is reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tocsin.domain.on_call import OnCallSnapshot, Target


@dataclass(frozen=True, slots=True)
class PersonRule:
    """A notification rule whose contact method is enabled and can be sent by."""

    contact_method: str
    delay: timedelta


@dataclass(frozen=True, slots=True)
class PersonReach:
    """A user. ``methods`` counts all contact methods, ``enabled`` those of them that are.

    ``unmailed`` counts the rules that would mail, where there is no mail server.
    """

    id: UUID
    name: str
    methods: int = 0
    enabled: int = 0
    rules: Sequence[PersonRule] = ()
    unmailed: int = 0

    @property
    def reachable(self) -> bool:
        return bool(self.rules)


@dataclass(frozen=True, slots=True)
class StepReach:
    """A step: who is on call for it now, who can come on call for it besides, and its channels."""

    delay: timedelta
    now: Sequence[PersonReach] = ()
    later: Sequence[PersonReach] = ()
    channels: Sequence[UUID] = ()

    @property
    def pages_somebody(self) -> bool:
        return bool(self.channels) or any(person.reachable for person in self.now)


@dataclass(frozen=True, slots=True)
class PolicyReach:
    """A policy and its steps in order. ``catch_all_id``: the policy that takes over when this one is used up."""

    id: UUID
    name: str
    repeat: int | None
    steps: Sequence[StepReach]
    catch_all_id: UUID | None = None

    @property
    def pages_somebody(self) -> bool:
        return any(step.pages_somebody for step in self.steps)


def first_paged(policy: PolicyReach) -> tuple[Sequence[PersonReach], Sequence[UUID]]:
    """The people and channels whom the first step would page now; those of the whole policy when it would page nobody.

    People are those who can be reached, on call now or not when nobody else is left.
    """
    for step in policy.steps[:1]:
        if step.pages_somebody:
            return _reachable(step.now), step.channels
    channels = [channel for step in policy.steps for channel in step.channels]
    return _reachable([person for step in policy.steps for person in (*step.now, *step.later)]), channels


def _reachable(people: Sequence[PersonReach]) -> Sequence[PersonReach]:
    return list({person.id: person for person in people if person.reachable}.values())


def everybody(snapshot: OnCallSnapshot, targets: Sequence[Target]) -> Sequence[UUID]:
    """The users whom the targets can ever put on call as they are defined, each once."""
    return list(dict.fromkeys(user_id for target in targets for user_id in _of_target(snapshot, target)))


def _of_target(snapshot: OnCallSnapshot, target: Target) -> Iterator[UUID]:
    if target.type == "user":
        yield target.id
    yield from snapshot.last_known.get(target.id, ())
    if (rotation := snapshot.rotations.get(target.id)) is not None:
        yield from (participant.user_id for participant in rotation.participants)
    if (schedule := snapshot.schedules.get(target.id)) is not None:
        for rule in schedule.rules:
            yield from _of_target(snapshot, Target(rule.target.type, rule.target.id))
        yield from (one.add_user_id for one in schedule.overrides if one.add_user_id is not None)
        yield from (shift.user_id for one in schedule.temporary for shift in one.shifts)
