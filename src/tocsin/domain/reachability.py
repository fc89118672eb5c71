"""Whom an escalation policy can page, now and later, how they are reached, and what somebody lacks who is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tocsin.domain.on_call.snapshot import OnCallSnapshot, Target


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
        yield from (override.add_user_id for override in schedule.overrides if override.add_user_id is not None)
        yield from (shift.user_id for replacement in schedule.temporary for shift in replacement.shifts)


Remedy = Literal["add_method", "enable_method", "add_rule"]


class LackReason(StrEnum):
    """Why nothing can page somebody."""

    NO_METHOD = "no_method"
    ALL_OFF = "all_off"
    NO_RULE = "no_rule"
    ONLY_MAIL = "only_mail"


@dataclass(frozen=True, slots=True)
class MethodReach:
    """A contact method. ``can_send`` is False for an email address where there is no mail server."""

    id: UUID
    name: str
    enabled: bool
    has_rule: bool
    can_send: bool = True

    @property
    def pages(self) -> bool:
        return self.enabled and self.has_rule and self.can_send


@dataclass(frozen=True, slots=True)
class Lack:
    """Why nothing pages somebody, and what would: the remedy, done to this contact method."""

    why: LackReason
    remedy: Remedy
    method: MethodReach | None = None


def lack(methods: Sequence[MethodReach]) -> Lack | None:
    """What somebody with these contact methods lacks; None when they can be paged. The shortest way comes first."""
    if any(method.pages for method in methods):
        return None
    usable = [method for method in methods if method.can_send]
    off = sorted((method for method in usable if not method.enabled), key=lambda method: not method.has_rule)
    if off and off[0].has_rule:
        return Lack(LackReason.ALL_OFF, "enable_method", off[0])
    if on := next((method for method in usable if method.enabled), None):
        return Lack(LackReason.NO_RULE, "add_rule", on)
    if off:
        return Lack(LackReason.ALL_OFF, "enable_method", off[0])
    return Lack(LackReason.ONLY_MAIL if methods else LackReason.NO_METHOD, "add_method")
