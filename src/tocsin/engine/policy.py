"""Job ``policy``: the rows that mirror whom each step would page are brought up to date, with their history (P1).

An alert that enters a step asks here too, and does not wait for the mirror: whom a step pages is worked out from what
is defined, at that moment (P3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements
from tocsin.domain.escalation import OnCallUser, Policy, Step
from tocsin.domain.on_call import Because, Roster, Target
from tocsin.engine.because import targets as because_of
from tocsin.engine.job import GONE, JobKind, Outcome
from tocsin.engine.together import Together
from tocsin.store import roster

_SQL = Statements(__package__, "policy.sql")

Row = Mapping[str, Any]
Causes = Mapping[UUID, Sequence[Because]]


@dataclass(frozen=True, slots=True)
class Person:
    """A user's name, and whether some enabled contact method has a notification rule."""

    name: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class StepNow:
    """Whom a step would page now and why, and what its mirror says."""

    because: Causes
    mirror: Mapping[str, Any]

    @property
    def wanted(self) -> Mapping[str, Any]:
        return {str(user_id): because_of(causes) for user_id, causes in self.because.items()}

    @property
    def is_mirrored(self) -> bool:
        return self.wanted == self.mirror


@dataclass(frozen=True, slots=True)
class PolicyNow:
    """A policy with whom each of its steps would page now."""

    policy: Policy
    steps: Mapping[UUID, StepNow]
    people: Mapping[UUID, Person]


def policies(pool: Pool) -> Together[UUID, PolicyNow]:
    """Reads policies as they are now."""

    async def load_many(policy_ids: Sequence[UUID]) -> Mapping[UUID, PolicyNow]:
        rows = await pool.fetch(_SQL["load"], policy_ids)
        targets = {step["id"]: _targets(step) for row in rows for step in row["steps"]}
        on_call = await _on_call(pool, targets)
        users = {user_id for causes in on_call.values() for user_id in causes}
        found = await pool.fetch(_SQL["people"], list(users)) if users else []
        people = {row["id"]: Person(row["name"], row["reachable"]) for row in found}
        return {row["id"]: _policy_now(row, targets, on_call, people) for row in rows}

    return Together(load_many)


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one policy's mirror."""
    loads = policies(pool)

    async def run(object_id: str) -> Outcome:
        found = await loads.load(UUID(object_id))
        if found is None:
            return GONE
        stale = [step_id for step_id, step in found.steps.items() if not step.is_mirrored]
        async with pool.acquire() as connection, connection.transaction():
            for step_id in stale:
                await bring_up_to_date(connection, step_id, found.steps[step_id])
        return Outcome("brought_up_to_date" if stale else "unchanged")

    return JobKind("policy", run)


async def bring_up_to_date(connection: Connection, step_id: UUID, step: StepNow) -> None:
    """Make the step's mirror say what is so now."""
    users = list(step.because)
    await connection.execute(_SQL["mirror"], step_id, users, [because_of(step.because[user_id]) for user_id in users])


async def _on_call(pool: Pool, targets: Mapping[str, Sequence[Target]]) -> Mapping[str, Causes]:
    """The users of each step; users are known without asking anything."""
    used = {target for each in targets.values() for target in each}
    rotations = [target.id for target in used if target.type == "rotation"]
    schedules = [target.id for target in used if target.type == "schedule"]
    if not rotations and not schedules:
        return {step: {one.id: (Because(one),) for one in each if one.type == "user"} for step, each in targets.items()}
    whole: Roster = await roster.load(pool, rotations, schedules)
    return {step: whole.on_call(each, whole.now) for step, each in targets.items()}


def _policy_now(
    row: asyncpg.Record,
    targets: Mapping[str, Sequence[Target]],
    on_call: Mapping[str, Causes],
    people: Mapping[UUID, Person],
) -> PolicyNow:
    steps = {step["id"]: StepNow(_existing(on_call[step["id"]], people), step["mirror"]) for step in row["steps"]}
    policy = Policy(
        row["id"],
        row["repeat"],
        [_step(step, steps[step["id"]], targets[step["id"]], people) for step in row["steps"]],
        row["catch_all_policy_id"],
    )
    by_id = {UUID(step_id): step for step_id, step in steps.items()}
    return PolicyNow(policy, by_id, people)


def _existing(causes: Causes, people: Mapping[UUID, Person]) -> Causes:
    return {user_id: because for user_id, because in causes.items() if user_id in people}


def _step(step: Row, now: StepNow, targets: Sequence[Target], people: Mapping[UUID, Person]) -> Step:
    return Step(
        id=UUID(step["id"]),
        delay=timedelta(seconds=step["delay_seconds"]),
        users=[OnCallUser(user_id, people[user_id].reachable) for user_id in now.because],
        channels=[target.id for target in targets if target.type == "channel"],
        if_nobody=step["if_nobody"],
        ack_by=step["ack_by"],
    )


def _targets(step: Row) -> Sequence[Target]:
    return [Target(target["type"], UUID(target["id"])) for target in step["targets"]]
