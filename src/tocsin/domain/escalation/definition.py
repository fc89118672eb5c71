"""Escalation policies as they are defined: by targets, before it is known whom these put on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tocsin.domain.escalation.policy import AckBy, IfNobody, OnCallUser, ResolvedStep
from tocsin.domain.on_call.snapshot import Target


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A step as it is defined."""

    id: UUID
    delay: timedelta
    targets: Sequence[Target] = ()
    if_nobody: IfNobody = "skip"
    ack_by: AckBy = "anyone"

    def step(self, users: Sequence[OnCallUser]) -> ResolvedStep:
        """The step with the users whom its targets put on call."""
        channels = [target.id for target in self.targets if target.type == "channel"]
        return ResolvedStep(self.id, self.delay, users, channels, self.if_nobody, self.ack_by)


@dataclass(frozen=True, slots=True)
class PolicyDefinition:
    """A policy as it is defined."""

    id: UUID
    repeat: int | None
    steps: Sequence[StepDefinition]
    catch_all_id: UUID | None = None
