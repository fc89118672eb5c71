"""A policy that somebody writes, as the rules of the engine take it: nothing of it needs to be saved."""

from uuid import UUID, uuid4

from tocsin.domain.plan import PolicyPlan, StepPlan
from tocsin.store.policies.policies import PolicySpec
from tocsin.store.policies.policy_steps import StepSpec


def plan_of(spec: PolicySpec, policy_id: UUID | None = None) -> PolicyPlan:
    """The plan; what is new in it gets an id for the moment."""
    steps = [_step(step) for step in spec.steps]
    return PolicyPlan(policy_id or uuid4(), spec.repeat, steps, spec.catch_all_policy_id)


def _step(step: StepSpec) -> StepPlan:
    return StepPlan(step.id or uuid4(), step.delay, step.targets, step.if_nobody, step.ack_by)
