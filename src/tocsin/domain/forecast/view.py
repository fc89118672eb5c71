"""What a forecast reads: a service's policy and its catch-all, who is on call, how users are reached, maintenance.

A view is frozen as of ``snapshot.now``: it answers for later instants as if nobody changed anything. Whom a step pages
at an instant comes from the snapshot, as in the engine; the answers are values of ``tocsin.domain.escalation``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.domain.escalation.policy import OnCallUser, ResolvedPolicy, ResolvedStep
from tocsin.domain.escalation.state import EscalationState
from tocsin.domain.maintenance import Maintenance
from tocsin.domain.on_call import schedule
from tocsin.domain.on_call.handoffs import next_handoff
from tocsin.domain.on_call.snapshot import OnCallCause, OnCallSnapshot, ids_of
from tocsin.domain.paging.cycle import PagingRule


@dataclass(frozen=True, slots=True)
class ForecastView:
    """All that decides what becomes of an alert of one service, as of ``snapshot.now``.

    ``rules`` holds every user that exists, with the rules whose contact method is enabled.
    """

    policy: PolicyDefinition
    snapshot: OnCallSnapshot
    rules: Mapping[UUID, Sequence[PagingRule]]
    catch_all: PolicyDefinition | None = None
    maintenance: Maintenance = field(default_factory=Maintenance)

    def definition_of(self, alert: EscalationState) -> PolicyDefinition:
        """The policy that moves the alert: the catch-all while that has it, else the service's own."""
        if alert.caught and self.catch_all is not None and self.catch_all.id == alert.policy_id:
            return self.catch_all
        return self.policy

    def policy_at(self, definition: PolicyDefinition, at: datetime) -> ResolvedPolicy:
        """The policy with whom each of its steps would page at ``at``."""
        return ResolvedPolicy(
            definition.id,
            definition.repeat,
            [self._step(step, at) for step in definition.steps],
            definition.catch_all_id,
        )

    def on_call_causes(self, step: StepDefinition, at: datetime) -> Mapping[UUID, Sequence[OnCallCause]]:
        """The users on call for a step at ``at``, each with how they came to be."""
        causes_by_user = self.snapshot.on_call(step.targets, at)
        return {user_id: causes for user_id, causes in causes_by_user.items() if user_id in self.rules}

    def next_newcomer(self, definition: PolicyDefinition, after: datetime, until: datetime) -> datetime | None:
        """The first instant in (after, until) at which a step gains a user who can be paged."""
        before = self._reachable(definition, after)
        for edge in self._edges(definition, after, until):
            now = self._reachable(definition, edge)
            if now - before:
                return edge
            before = now
        return None

    def _step(self, step: StepDefinition, at: datetime) -> ResolvedStep:
        return step.step([OnCallUser(user_id, bool(self.rules[user_id])) for user_id in self.on_call_causes(step, at)])

    def _reachable(self, definition: PolicyDefinition, at: datetime) -> set[tuple[UUID, UUID]]:
        return {
            (step.id, user) for step in definition.steps for user in self.on_call_causes(step, at) if self.rules[user]
        }

    def _edges(self, definition: PolicyDefinition, after: datetime, until: datetime) -> Iterator[datetime]:
        """The instants in (after, until) at which somebody's time on call for the policy can begin, in order."""
        edge = self._next_edge(definition, after)
        while edge is not None and edge < until:
            yield edge
            edge = self._next_edge(definition, edge)

    def _next_edge(self, definition: PolicyDefinition, after: datetime) -> datetime | None:
        targets = {target for step in definition.steps for target in step.targets}
        rotations = set(ids_of("rotation", targets))
        edges: list[datetime | None] = []
        for target in targets:
            if target.type == "schedule" and (found := self.snapshot.schedules.get(target.id)) is not None:
                edges.append(schedule.next_change(found, after))
                rotations |= {rule.target.id for rule in found.rules if rule.target.type == "rotation"}
        readable = (
            rotation for rotation_id in rotations if (rotation := self.snapshot.rotations.get(rotation_id)) is not None
        )
        edges += [next_handoff(rotation.rotation, after) for rotation in readable if rotation.participants]
        return min((edge for edge in edges if edge is not None), default=None)
