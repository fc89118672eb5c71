"""Escalation policies: their steps, in the order in which an alert climbs them."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from tocsin.api.shifts import CauseRead
from tocsin.db.pool import Connection
from tocsin.domain.escalation.policy import AckBy, IfNobody
from tocsin.domain.on_call.snapshot import Target, TargetType
from tocsin.http.access import require_edit, require_make, require_move, require_pointing
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import (
    Body,
    Name,
    PositiveSeconds,
    Read,
    Search,
    StepDelay,
    Text,
    UtcDatetime,
    example,
    optional,
)
from tocsin.http.pagination import DEFAULT_LIMIT, Cursor, Limit, ListPage, cursor_at, position_after
from tocsin.store.actor import Actor, acting
from tocsin.store.policies import policies
from tocsin.store.policies.policies import Policy, PolicySpec
from tocsin.store.policies.policy_steps import StepSpec

router = APIRouter(prefix="/escalation-policies", tags=["escalation policies"])

_STEPS = [
    {"delay_seconds": 300, "targets": [{"type": "user", "id": "6e9a2d34-8f1b-4a6c-9d0e-5b7c8a1f2e30"}]},
    {
        "delay_seconds": 600,
        "targets": [{"type": "channel", "id": "c2b6d8f0-1a3e-4c5d-8e7f-9a0b1c2d3e4f"}],
        "if_nobody": "skip",
        "ack_by": "anyone",
    },
]
_EXAMPLE = {"name": "Payments", "description": "Day and night", "repeat": 3, "steps": _STEPS}

Repeat = Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="rounds after the first; null: for ever")]


class TargetBody(Body):
    """Who or what a step notifies."""

    type: TargetType
    id: UUID


class StepBody(Body):
    """A step. With the id of an existing one it is that step, changed; without, a new one."""

    id: UUID | None = None
    delay_seconds: StepDelay = Field(description="how long until the next step")
    targets: list[TargetBody] = Field([], max_length=100)
    if_nobody: IfNobody = Field("skip", description="when nobody is on call and there is no channel")
    ack_by: AckBy = Field("anyone", description="everyone: each user is paged until that user has acknowledged")

    def spec(self) -> StepSpec:
        return StepSpec(
            id=self.id,
            delay=self.delay_seconds,
            targets=tuple(Target(target.type, target.id) for target in self.targets),
            if_nobody=self.if_nobody,
            ack_by=self.ack_by,
        )


class PolicyCreate(Body):
    """A new escalation policy."""

    model_config = example(_EXAMPLE)

    team_id: UUID | None = Field(None, description="null: everybody's")
    name: Name
    description: Text = ""
    repeat: Repeat | None = None
    catch_all_policy_id: UUID | None = Field(None, description="takes over an alert when this policy is exhausted")
    steps: list[StepBody] = Field([], max_length=100)

    def spec(self) -> PolicySpec:
        """The policy as the store takes it."""
        return PolicySpec(
            name=self.name,
            description=self.description,
            repeat=self.repeat,
            steps=[step.spec() for step in self.steps],
            team_id=self.team_id,
            catch_all_policy_id=self.catch_all_policy_id,
        )


class PolicyPatch(Body):
    """What to change of an escalation policy; what is left out stays. Steps are replaced as a whole."""

    model_config = example({"repeat": None})

    team_id: UUID | None = optional()
    name: Name = optional()
    description: Text = optional()
    repeat: Repeat | None = optional()
    catch_all_policy_id: UUID | None = optional()
    steps: list[StepBody] = optional(max_length=100)


class TargetRead(Read):
    """Who or what a step notifies."""

    type: TargetType
    id: UUID


class OnCallTargetRead(Read):
    """A target that puts a user on call."""

    type: TargetType
    id: UUID
    by: list[CauseRead] = Field([], description="the parts of a schedule that do so")


class OnCallRead(Read):
    """Somebody on call, and every target that puts them there."""

    user_id: UUID
    name: str
    because: list[OnCallTargetRead]


class StepRead(Read):
    """A step and whom it would page now."""

    id: UUID
    step_number: int = Field(description="counts from 0")
    delay_seconds: PositiveSeconds = Field(validation_alias="delay")
    targets: list[TargetRead]
    if_nobody: IfNobody
    ack_by: AckBy
    on_call: list[OnCallRead]


class PolicyRead(Read):
    """An escalation policy."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    repeat: int | None
    catch_all_policy_id: UUID | None
    steps: list[StepRead]
    created_at: UtcDatetime


@router.post("", status_code=201, summary="Create an escalation policy")
async def create_escalation_policy(body: PolicyCreate, actor: Writer, pool: Database, response: Response) -> PolicyRead:
    require_make(actor, body.team_id)
    async with acting(pool, actor) as connection:
        await require_catch_all(connection, actor, body.spec())
        policy = await policies.create(connection, body.spec())
    response.headers["Location"] = f"/api/v1/escalation-policies/{policy.id}"
    return PolicyRead.model_validate(policy)


@router.get("", summary="List escalation policies")
async def list_escalation_policies(
    _actor: Reader,
    pool: Database,
    q: Annotated[Search | None, Query(description="part of the name")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ListPage[PolicyRead]:
    found = await policies.page(pool, q, position_after(cursor), limit)
    return ListPage(items=[PolicyRead.model_validate(one) for one in found.items], next_cursor=cursor_at(found.next))


@router.get("/{policy_id}", summary="Show an escalation policy")
async def get_escalation_policy(policy_id: UUID, _actor: Reader, pool: Database) -> PolicyRead:
    return PolicyRead.model_validate(await policies.get(pool, policy_id))


@router.patch("/{policy_id}", summary="Change an escalation policy")
async def patch_escalation_policy(policy_id: UUID, body: PolicyPatch, actor: Writer, pool: Database) -> PolicyRead:
    async with acting(pool, actor) as connection:
        policy = await policies.lock(connection, policy_id)
        spec = replace(policy.spec, **_changes(body))
        require_move(actor, policy.team_id, spec.team_id)
        await require_catch_all(connection, actor, spec, policy)
        changed = await policies.update(connection, policy, spec)
    return PolicyRead.model_validate(changed)


@router.delete("/{policy_id}", status_code=204, summary="Delete an escalation policy that no service uses")
async def delete_escalation_policy(policy_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        policy = await policies.lock(connection, policy_id)
        require_edit(actor, policy.team_id)
        await policies.delete(connection, policy_id)


async def require_catch_all(connection: Connection, actor: Actor, spec: PolicySpec, now: Policy | None = None) -> None:
    """Raise PermissionDenied unless the actor may let the policy pass alerts on to the other; ``now`` may stay."""
    before = now.catch_all_policy_id if now else None
    await require_pointing(
        connection, actor, spec.team_id, spec.catch_all_policy_id, before, field="catch_all_policy_id"
    )


def _changes(body: PolicyPatch) -> dict[str, Any]:
    changes = body.given()
    return changes | ({"steps": [step.spec() for step in body.steps]} if "steps" in changes else {})
