"""The rows of a policy's steps, as pages show them without an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.store.policies.policy_steps import Step


@dataclass(frozen=True, slots=True)
class PolicyStepRow:
    """A step with its targets, each by type and name. ``number`` counts from 1."""

    step: Step
    targets: Sequence[tuple[str, str]]

    @property
    def number(self) -> int:
        return self.step.step_number + 1

    @property
    def notifies_channel(self) -> bool:
        return any(kind == "channel" for kind, _ in self.targets)


def step_rows(steps: Sequence[Step], names: Mapping[UUID, str]) -> Sequence[PolicyStepRow]:
    """The steps with names for what they notify."""
    return [
        PolicyStepRow(step, [(target.type, names.get(target.id, "gone")) for target in step.targets]) for step in steps
    ]
