"""Whom policies can page, and what a user lacks who cannot be paged.

It is worked out from what is defined at this moment and not from the engine's mirrors. ``mails``: whether there is a
mail server, which the database does not know; without one nobody is reached by mail.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.definition import PolicyDefinition, StepDefinition
from tocsin.domain.on_call.snapshot import OnCallSnapshot, ids_of
from tocsin.domain.reachability import (
    Lack,
    MethodReach,
    PersonReach,
    PersonRule,
    PolicyReach,
    StepReach,
    everybody,
    lack,
)
from tocsin.store.on_call import on_call_snapshot
from tocsin.store.policies import policy_definitions
from tocsin.store.policies.policy_definitions import NamedPolicy

_sql = Statements(__package__, "policy_reach.sql")

People = Mapping[UUID, PersonReach]


async def of_policies(
    database: Queryable, policy_ids: Collection[UUID] | None = None, *, mails: bool = True
) -> Sequence[PolicyReach]:
    """The users and channels that the policies can page, by name; None is all policies."""
    return await _of_definitions(database, await policy_definitions.read(database, policy_ids), mails)


async def of_definition(
    database: Queryable, name: str, definition: PolicyDefinition, *, mails: bool = True
) -> PolicyReach:
    """The users and channels that a policy, which need not be saved, can page."""
    return (await _of_definitions(database, [NamedPolicy(name, definition)], mails))[0]


async def lack_of(database: Queryable, user_id: UUID, *, mails: bool = True) -> Lack | None:
    """What the user lacks to be paged; None when something can page them."""
    return lack([MethodReach(**row) for row in await database.fetch(_sql["methods"], user_id, mails)])


async def _of_definitions(
    database: Queryable, definitions: Sequence[NamedPolicy], mails: bool
) -> Sequence[PolicyReach]:
    targets = [target for named in definitions for step in named.definition.steps for target in step.targets]
    snapshot = await on_call_snapshot.load(database, ids_of("rotation", targets), ids_of("schedule", targets))
    users = everybody(snapshot, targets)
    people = {row["id"]: _person(row) for row in await database.fetch(_sql["people"], list(users), mails)}
    return [_policy(named, snapshot, people) for named in definitions]


def _policy(named: NamedPolicy, snapshot: OnCallSnapshot, people: People) -> PolicyReach:
    definition = named.definition
    steps = [_step(step, snapshot, people) for step in definition.steps]
    return PolicyReach(definition.id, named.name, definition.repeat, steps, definition.catch_all_id)


def _step(step: StepDefinition, snapshot: OnCallSnapshot, people: People) -> StepReach:
    now = snapshot.on_call(step.targets, snapshot.now)
    later = [user_id for user_id in everybody(snapshot, step.targets) if user_id not in now]
    channels = ids_of("channel", step.targets)
    return StepReach(step.delay, _known(now, people), _known(later, people), channels)


def _known(user_ids: Collection[UUID], people: People) -> Sequence[PersonReach]:
    return [people[user_id] for user_id in user_ids if user_id in people]


def _person(row: asyncpg.Record) -> PersonReach:
    rules = [PersonRule(rule["contact_method"], timedelta(seconds=rule["delay_seconds"])) for rule in row["rules"]]
    return PersonReach(row["id"], row["name"], row["methods"], row["enabled"], rules, row["unmailed"])
