"""Job ``policy``: the rows that mirror whom each step would page are brought up to date, with their history (P1).

An alert that enters a step asks here too, and does not wait for this job: whom a step pages is worked out from what is
defined, at that moment (P3). It brings the mirror up to date itself when that says something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tocsin.db.pool import Connection, Pool
from tocsin.db.sql import Statements
from tocsin.domain.escalation import OnCallUser, Policy
from tocsin.domain.on_call import Because, Roster, ids_of
from tocsin.domain.plan import PolicyPlan, StepPlan
from tocsin.engine.because import targets as because_of
from tocsin.engine.job import GONE, JobKind, Outcome
from tocsin.engine.together import Together
from tocsin.engine.turn import Turn, Wish
from tocsin.store import readings, roster
from tocsin.store.listing import Database

_SQL = Statements(__package__, "policy.sql")

Causes = Mapping[UUID, Sequence[Because]]
Reasons = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """A user's name, and whether some enabled contact method has a notification rule."""

    name: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class StepNow:
    """Whom a step would page now and why, and whether its mirror says the same."""

    because: Mapping[UUID, Reasons]
    is_mirrored: bool


@dataclass(frozen=True, slots=True)
class PolicyNow:
    """A policy with whom each of its steps would page now."""

    policy: Policy
    steps: Mapping[UUID, StepNow]
    people: Mapping[UUID, Person]


def policies(pool: Pool) -> Together[UUID, PolicyNow]:
    """Reads policies as they are now."""

    async def load_many(policy_ids: Sequence[UUID]) -> Mapping[UUID, PolicyNow]:
        return await _load(pool, policy_ids)

    return Together(load_many)


@dataclass(slots=True)
class Mirrors:
    """Brings mirrors up to date, each once for all that ask in one turn of the event loop.

    In a storm at a handoff a hundred alerts of one policy ask at once; each by itself would hold the policy, and read
    all that decides about it, one after the other.
    """

    pool: Pool
    _turn: Turn[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self._turn = Turn(self._answer)

    async def freshen(self, policy_id: UUID) -> None:
        """Make the mirrors of the policy's steps say what is so now, in a transaction of its own."""
        await self._turn.ask(policy_id)

    async def _answer(self, wishes: Sequence[Wish[UUID]]) -> None:
        for policy_id in {wish.what for wish in wishes}:
            those = [wish for wish in wishes if wish.what == policy_id]
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    await hold(connection, policy_id)
                    await bring_up_to_date(connection, policy_id)
            except Exception as error:
                for wish in those:
                    wish.refuse(error)
            else:
                for wish in those:
                    wish.grant(None)


def kind(pool: Pool) -> JobKind:
    """The kind of job that moves one policy's mirror."""
    loads, mirrors = policies(pool), Mirrors(pool)

    async def run(object_id: str) -> Outcome:
        found = await loads.load(UUID(object_id))
        if found is None:
            return GONE
        if all(step.is_mirrored for step in found.steps.values()):
            return Outcome("unchanged")
        await mirrors.freshen(found.policy.id)
        return Outcome("brought_up_to_date")

    return JobKind("policy", run)


async def hold(connection: Connection, policy_id: UUID) -> None:
    """Keep the policy and its steps as they are until the transaction ends. Comes before all other locks."""
    await connection.execute(_SQL["lock"], policy_id)


async def bring_up_to_date(connection: Connection, policy_id: UUID, only: UUID | None = None) -> None:
    """Make the mirrors of the policy's steps, or of one of them, say what is so now.

    The policy is held and read again, so that what was read earlier is never written over what was read later.
    """
    found = (await _load(connection, [policy_id])).get(policy_id)
    for step_id, step in found.steps.items() if found is not None else ():
        if only in (None, step_id) and not step.is_mirrored:
            await connection.execute(_SQL["mirror"], step_id, list(step.because), list(step.because.values()))


async def _load(database: Database, policy_ids: Sequence[UUID]) -> Mapping[UUID, PolicyNow]:
    rows = await database.fetch(_SQL["load"], policy_ids)
    plans = {row["id"]: readings.policy_plan(row) for row in rows}
    on_call = await _on_call(database, [step for plan in plans.values() for step in plan.steps])
    users = {user_id for causes in on_call.values() for user_id in causes}
    found = await database.fetch(_SQL["people"], list(users)) if users else []
    people = {row["id"]: Person(row["name"], row["reachable"]) for row in found}
    mirrors = {UUID(step["id"]): step["mirror"] for row in rows for step in row["steps"]}
    return {policy_id: _policy_now(plan, on_call, mirrors, people) for policy_id, plan in plans.items()}


async def _on_call(database: Database, steps: Sequence[StepPlan]) -> Mapping[UUID, Causes]:
    """The users of each step; users are known without asking anything."""
    used = [target for step in steps for target in step.targets]
    rotations, schedules = ids_of("rotation", used), ids_of("schedule", used)
    if not rotations and not schedules:
        return {step.id: {one.id: (Because(one),) for one in step.targets if one.type == "user"} for step in steps}
    whole: Roster = await roster.load(database, rotations, schedules)
    return {step.id: whole.on_call(step.targets, whole.now) for step in steps}


def _policy_now(
    plan: PolicyPlan,
    on_call: Mapping[UUID, Causes],
    mirrors: Mapping[UUID, Mapping[str, Any]],
    people: Mapping[UUID, Person],
) -> PolicyNow:
    now = {step.id: _step_now(on_call[step.id], mirrors[step.id], people) for step in plan.steps}
    steps = [
        step.step([OnCallUser(user_id, people[user_id].reachable) for user_id in now[step.id].because])
        for step in plan.steps
    ]
    return PolicyNow(Policy(plan.id, plan.repeat, steps, plan.catch_all_id), now, people)


def _step_now(causes: Causes, mirror: Mapping[str, Any], people: Mapping[UUID, Person]) -> StepNow:
    because = {user_id: because_of(reasons) for user_id, reasons in causes.items() if user_id in people}
    return StepNow(because, {str(user_id): reasons for user_id, reasons in because.items()} == mirror)
