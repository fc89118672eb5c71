"""Whom policies can page, worked out from what is defined at this moment and not from the engine's mirrors."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg

from tocsin.db.sql import Statements
from tocsin.domain.on_call import Roster, TargetType
from tocsin.domain.plan import PolicyPlan, StepPlan
from tocsin.domain.reach import Person, PersonRule, PolicyReach, StepReach, everybody
from tocsin.store import readings, roster
from tocsin.store.listing import Database

_sql = Statements("tocsin.store", "reach.sql")

People = Mapping[UUID, Person]


async def of_policies(database: Database, policy_ids: Collection[UUID] | None = None) -> Sequence[PolicyReach]:
    """Whom the policies can page, by name; None is all policies."""
    rows = await database.fetch(_sql["policies"], None if policy_ids is None else list(policy_ids))
    return await _of_plans(database, [(row["name"], readings.policy_plan(row)) for row in rows])


async def of_plan(database: Database, name: str, plan: PolicyPlan) -> PolicyReach:
    """Whom a policy that need not be saved can page."""
    return (await _of_plans(database, [(name, plan)]))[0]


async def _of_plans(database: Database, plans: Sequence[tuple[str, PolicyPlan]]) -> Sequence[PolicyReach]:
    steps = [step for _, plan in plans for step in plan.steps]
    whole = await roster.load(database, _of_type(steps, "rotation"), _of_type(steps, "schedule"))
    users = {user_id for step in steps for user_id in everybody(whole, step.targets)}
    people = {row["id"]: _person(row) for row in await database.fetch(_sql["people"], list(users))}
    return [_policy(name, plan, whole, people) for name, plan in plans]


def _policy(name: str, plan: PolicyPlan, whole: Roster, people: People) -> PolicyReach:
    steps = [_step(step, whole, people) for step in plan.steps]
    return PolicyReach(plan.id, name, plan.repeat, steps, plan.catch_all_id)


def _step(step: StepPlan, whole: Roster, people: People) -> StepReach:
    now = whole.on_call(step.targets, whole.now)
    later = [user_id for user_id in everybody(whole, step.targets) if user_id not in now]
    channels = [target.id for target in step.targets if target.type == "channel"]
    return StepReach(step.delay, _known(now, people), _known(later, people), channels)


def _known(user_ids: Collection[UUID], people: People) -> Sequence[Person]:
    return [people[user_id] for user_id in user_ids if user_id in people]


def _person(row: asyncpg.Record) -> Person:
    rules = [PersonRule(rule["contact_method"], timedelta(seconds=rule["delay_seconds"])) for rule in row["rules"]]
    return Person(row["id"], row["name"], row["methods"], row["enabled"], rules)


def _of_type(steps: Sequence[StepPlan], kind: TargetType) -> list[UUID]:
    return list({target.id for step in steps for target in step.targets if target.type == kind})
