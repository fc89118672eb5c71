"""Escalation policies as a list shows them: by name, each with its steps and with what uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.policies import policy_steps
from tocsin.store.policies.policy_steps import Step

_sql = Statements(__package__, "policy_list.sql")


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as it stands now. ``service_names`` are the first of them, ``open_alerts`` those that stand on it."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    repeat: int | None
    team_name: str | None
    catch_all_id: UUID | None
    catch_all_name: str | None
    service_count: int
    service_names: Sequence[str]
    open_alerts: int
    steps: Sequence[Step]

    @property
    def first_on_call(self) -> Step | None:
        """The first step that anybody is on call for now."""
        return next((step for step in self.steps if step.on_call), None)

    @property
    def notifies_channels(self) -> bool:
        return any(target.type == "channel" for step in self.steps for target in step.targets)


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Some policies, and the name to go on after when there are more."""

    items: Sequence[PolicyRow]
    next: str | None


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service or a policy by name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """A policy by name, and the team that owns it."""

    id: UUID
    team_id: UUID | None
    name: str


async def page(database: Queryable, q: str | None, team_id: UUID | None, after: str | None, limit: int) -> PolicyList:
    """Up to ``limit`` policies, of the team when one is given, whose names come after ``after``."""
    rows = await database.fetch(_sql["page"], None, q, team_id, after, limit + 1)
    items = await _with_steps(database, rows[:limit])
    return PolicyList(items, items[-1].name if len(rows) > limit else None)


async def get(database: Queryable, policy_id: UUID) -> PolicyRow:
    """Raises NotFound."""
    rows = await database.fetch(_sql["page"], policy_id, None, None, None, 1)
    if not rows:
        raise NotFound("no such escalation policy")
    return (await _with_steps(database, rows))[0]


async def services(database: Queryable, policy_id: UUID, limit: int) -> Sequence[ServiceName]:
    """The services that use the policy, by name."""
    return [ServiceName(**row) for row in await database.fetch(_sql["services"], policy_id, limit)]


async def choices(database: Queryable) -> Sequence[PolicyChoice]:
    """Every policy, by name."""
    return [PolicyChoice(**row) for row in await database.fetch(_sql["choices"])]


async def _with_steps(database: Queryable, rows: Sequence[asyncpg.Record]) -> Sequence[PolicyRow]:
    steps = await policy_steps.of_policies(database, [row["id"] for row in rows])
    return [PolicyRow(**row, steps=steps.get(row["id"], ())) for row in rows]
