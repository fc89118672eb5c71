"""The steps of escalation policies: who is notified, and how long the step lasts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.policy import AckBy, IfNobody
from tocsin.domain.on_call.snapshot import Target, TargetType
from tocsin.errors import FieldError
from tocsin.store.references import Reference

_sql = Statements(__package__, "policy_steps.sql")


@dataclass(frozen=True, slots=True)
class StepOnCallUser:
    """Somebody whom a step would page now, and the targets that say so, as the engine keeps them."""

    user_id: UUID
    name: str
    because: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """The fields of a step that users set. ``id`` names an existing step; None is a new step."""

    delay: timedelta
    targets: Sequence[Target] = ()
    if_nobody: IfNobody = "skip"
    ack_by: AckBy = "anyone"
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step and whom it would page now. Its place in the policy is its number."""

    id: UUID
    step_number: int
    delay: timedelta
    targets: Sequence[Target]
    if_nobody: IfNobody
    ack_by: AckBy
    on_call: Sequence[StepOnCallUser]

    @property
    def spec(self) -> StepSpec:
        return StepSpec(
            delay=self.delay, targets=self.targets, if_nobody=self.if_nobody, ack_by=self.ack_by, id=self.id
        )


@dataclass(frozen=True, slots=True)
class StepTargetChoice:
    """Something that a step can notify. ``detail`` tells it from others of its name."""

    type: TargetType
    id: UUID
    name: str
    detail: str


async def of_policies(database: Queryable, policy_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Step]]:
    """The steps of each policy that has any, in order."""
    rows = await database.fetch(_sql["of_policies"], list(policy_ids))
    grouped = groupby(rows, key=lambda row: row["escalation_policy_id"])
    return {policy_id: [_step(row) for row in steps] for policy_id, steps in grouped}


async def names_of_targets(database: Queryable, steps: Sequence[Step]) -> Mapping[UUID, str]:
    """The names of everything that the steps notify."""
    return await target_names(database, {target.id for step in steps for target in step.targets})


async def target_names(database: Queryable, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of users, channels, rotations and schedules; none for an id that is no more."""
    rows = await database.fetch(_sql["target_names"], list(ids)) if ids else []
    return {row["id"]: row["name"] for row in rows}


async def find_targets(database: Queryable, text: str, limit: int) -> Sequence[StepTargetChoice]:
    """Those whose name holds the text, up to ``limit`` of each type."""
    return [StepTargetChoice(**row) for row in await database.fetch(_sql["find_targets"], text, limit)]


def wrong_ids(old: Sequence[Step], steps: Sequence[StepSpec]) -> Sequence[FieldError]:
    """An error for every step that is none of the policy's old ones, or listed twice, and for targets listed twice."""
    return [*_wrong_step_ids({step.id for step in old}, steps), *_repeated_targets(steps)]


def references(steps: Sequence[StepSpec]) -> Iterator[Reference]:
    """What the steps refer to."""
    for index, step in enumerate(steps):
        for position, target in enumerate(step.targets):
            yield Reference(f"steps.{index}.targets.{position}.id", target.type, target.id)


async def replace(connection: Connection, policy_id: UUID, old: Sequence[Step], steps: Sequence[StepSpec]) -> None:
    """Make these the steps of a policy that is locked and has the old ones.

    A step that is named by id keeps it, so alerts that stand on it stay there; a step that is not named goes.
    """
    before = {step.id: step for step in old}
    kept = [step.id for step in steps if step.id]
    await connection.execute(_sql["hold_alerts"], policy_id, kept)
    await connection.execute(_sql["delete_others"], policy_id, kept)
    for number, step in enumerate(steps):
        match before.get(step.id) if step.id else None:
            case None:
                await _insert(connection, policy_id, number, step)
            case Step(id=step_id, step_number=old_number, spec=spec) if (spec, old_number) != (step, number):
                await _update(connection, step_id, number, step)


async def _insert(connection: Connection, policy_id: UUID, number: int, step: StepSpec) -> None:
    step_id = await connection.fetchval(_sql["insert"], policy_id, number, step.delay, step.if_nobody, step.ack_by)
    await _put_targets(connection, step_id, step.targets)


async def _update(connection: Connection, step_id: UUID, number: int, step: StepSpec) -> None:
    await connection.execute(_sql["update"], step_id, number, step.delay, step.if_nobody, step.ack_by)
    await _put_targets(connection, step_id, step.targets)


async def _put_targets(connection: Connection, step_id: UUID, targets: Sequence[Target]) -> None:
    await connection.execute(_sql["delete_other_targets"], step_id, [target.id for target in targets])
    for position, target in enumerate(targets):
        await connection.execute(_sql[f"put_{target.type}"], step_id, position, target.id)


def _wrong_step_ids(old: Collection[UUID], steps: Sequence[StepSpec]) -> Iterator[FieldError]:
    seen: set[UUID] = set()
    for index, step in enumerate(steps):
        if step.id is not None and step.id not in old:
            yield FieldError(f"steps.{index}.id", f"no step of this policy has the id {step.id}")
        elif step.id in seen:
            yield FieldError(f"steps.{index}.id", "is the id of an earlier step")
        if step.id is not None:
            seen.add(step.id)


def _repeated_targets(steps: Sequence[StepSpec]) -> Iterator[FieldError]:
    for index, step in enumerate(steps):
        for position, target in enumerate(step.targets):
            if target in step.targets[:position]:
                yield FieldError(f"steps.{index}.targets.{position}.id", "is already a target of this step")


def _step(row: asyncpg.Record) -> Step:
    return Step(
        id=row["id"],
        step_number=row["step_number"],
        delay=row["delay"],
        targets=tuple(Target(target["type"], UUID(target["id"])) for target in row["targets"]),
        if_nobody=row["if_nobody"],
        ack_by=row["ack_by"],
        on_call=[StepOnCallUser(UUID(user["user_id"]), user["name"], user["because"]) for user in row["on_call"]],
    )
