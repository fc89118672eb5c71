"""Escalation policies: their steps are in `tocsin.store.policies.policy_steps`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, FieldError, NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.policies import policy_steps
from tocsin.store.policies.policy_steps import Step, StepSpec
from tocsin.store.references import Reference, names_of_uses, require_none, unknown, use_errors

_sql = Statements(__package__, "policies.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySpec:
    """What can be set. ``repeat`` counts rounds after the first, None is for ever; ``team_id`` None is everybody's.

    ``catch_all_policy_id`` takes over an alert when the policy is used up. Its own catch-all does not follow then.
    """

    name: str
    description: str = ""
    repeat: int | None = None
    steps: Sequence[StepSpec] = ()
    team_id: UUID | None = None
    catch_all_policy_id: UUID | None = None

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its own row, in the order in which the statements take them."""
        return (self.team_id, self.name, self.description, self.repeat, self.catch_all_policy_id)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its steps in order."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    repeat: int | None
    catch_all_policy_id: UUID | None
    created_at: datetime
    steps: Sequence[Step]

    @property
    def spec(self) -> PolicySpec:
        return PolicySpec(
            name=self.name,
            description=self.description,
            repeat=self.repeat,
            steps=[step.spec for step in self.steps],
            team_id=self.team_id,
            catch_all_policy_id=self.catch_all_policy_id,
        )


async def create(connection: Connection, spec: PolicySpec) -> Policy:
    """Raises InvalidInput naming every id in it that names nothing."""
    await _check(connection, spec, None)
    policy_id = await connection.fetchval(_sql["insert"], *spec.columns)
    await policy_steps.replace(connection, policy_id, (), spec.steps)
    return await get(connection, policy_id)


async def get(database: Queryable, policy_id: UUID) -> Policy:
    """Raises NotFound."""
    return await _one(database, "get", policy_id)


async def team_of(database: Queryable, policy_id: UUID) -> UUID | None:
    """The team that owns the policy; None when no team does, or there is no such policy."""
    team_id: UUID | None = await database.fetchval(_sql["team"], policy_id)
    return team_id


async def lock(connection: Connection, policy_id: UUID) -> Policy:
    """The policy as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", policy_id)


async def named(database: Queryable, name: str) -> UUID | None:
    """The id of the one with this name, in whatever case."""
    found: UUID | None = await database.fetchval(_sql["named"], name)
    return found


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Policy]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    steps = await policy_steps.of_policies(database, [row["id"] for row in rows])
    return cut([Policy(**row, steps=steps.get(row["id"], ())) for row in rows], limit)


async def update(connection: Connection, policy: Policy, spec: PolicySpec) -> Policy:
    """Change a policy that is locked. Raises InvalidInput as ``create`` does."""
    await _check(connection, spec, policy)
    await connection.execute(_sql["update"], policy.id, *spec.columns)
    await policy_steps.replace(connection, policy.id, policy.steps, spec.steps)
    return await get(connection, policy.id)


async def delete(connection: Connection, policy_id: UUID) -> None:
    """Delete a policy that is locked. Raises Conflict naming the services that use it, and whose catch-all it is."""
    uses = await connection.fetch(_sql["uses"], policy_id)
    if services := [use for use in uses if use["kind"] == "service"]:
        raise Conflict(
            f"used by {names_of_uses(services)}: give them another escalation policy first", *use_errors(uses)
        )
    if uses:
        raise Conflict(f"the catch-all of {names_of_uses(uses)}: give them another one first", *use_errors(uses))
    await connection.execute(_sql["hold_alerts"], policy_id)
    await connection.execute(_sql["delete"], policy_id)


async def _one(database: Queryable, statement: str, policy_id: UUID) -> Policy:
    row = await database.fetchrow(_sql[statement], policy_id)
    if row is None:
        raise NotFound("no such escalation policy")
    steps = await policy_steps.of_policies(database, [policy_id])
    return Policy(**row, steps=steps.get(policy_id, ()))


async def _check(connection: Connection, spec: PolicySpec, old: Policy | None) -> None:
    references = [
        Reference("team_id", "team", spec.team_id),
        Reference("catch_all_policy_id", "escalation policy", spec.catch_all_policy_id),
        *policy_steps.references(spec.steps),
    ]
    wrong = policy_steps.wrong_ids(old.steps if old else (), spec.steps)
    require_none([*_own_catch_all(spec, old), *wrong, *await unknown(connection, references)])


def _own_catch_all(spec: PolicySpec, old: Policy | None) -> Sequence[FieldError]:
    if old is None or spec.catch_all_policy_id != old.id:
        return ()
    return [FieldError("catch_all_policy_id", "is this policy itself")]
