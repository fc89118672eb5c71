"""Where an open alert stands on its escalation policy."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

AlertStatus = Literal["triggered", "acknowledged", "closed"]
State = Literal["new", "escalating", "nobody", "exhausted", "no_steps", "maintenance", "acknowledged"]

STATES_HELD: frozenset[State] = frozenset({"new", "escalating", "nobody", "maintenance"})
"""The states in which a maintenance holds an alert; in the others nothing would move anyway."""


@dataclass(frozen=True, slots=True)
class EscalationState:
    """An alert's escalation as its row says. ``policy_id`` is None when the steps it has entered no longer count (A7).

    ``caught``: it stands on the catch-all of its service's policy. ``forced_step`` is the step that was asked for.
    ``acknowledgement_ends`` follows from the service's setting now, ``next_escalation`` from the setting when it was
    acknowledged.
    """

    status: AlertStatus
    state: State
    policy_id: UUID | None
    step_id: UUID | None = None
    step_number: int | None = None
    loop_count: int = 0
    next_escalation: datetime | None = None
    forced: bool = False
    forced_step: UUID | None = None
    caught: bool = False
    maintenance_until: datetime | None = None
    acknowledgement_ends: datetime | None = None
