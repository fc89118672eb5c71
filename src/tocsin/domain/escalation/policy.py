"""An escalation policy, with whom each of its steps would page now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

IfNobody = Literal["skip", "wait"]
AckBy = Literal["anyone", "everyone"]


@dataclass(frozen=True, slots=True)
class OnCallUser:
    """A user on call for a step. ``reachable``: some enabled contact method has a notification rule."""

    id: UUID
    reachable: bool


@dataclass(frozen=True, slots=True)
class ResolvedStep:
    """One step and whom it would page now."""

    id: UUID
    delay: timedelta
    users: Sequence[OnCallUser] = ()
    channels: Sequence[UUID] = ()
    if_nobody: IfNobody = "skip"
    ack_by: AckBy = "anyone"

    @property
    def pages_somebody(self) -> bool:
        return bool(self.channels) or any(user.reachable for user in self.users)


@dataclass(frozen=True, slots=True)
class ResolvedPolicy:
    """A policy: its steps in order, the rounds after the first (None: for ever), and who takes over after them."""

    id: UUID
    repeat: int | None
    steps: Sequence[ResolvedStep]
    catch_all_id: UUID | None = None
