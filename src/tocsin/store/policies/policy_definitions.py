"""Policies as they are defined, with their names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.definition import PolicyDefinition
from tocsin.store import row_mapping

_sql = Statements(__package__, "policy_definitions.sql")


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy and its name. It need not be saved."""

    name: str
    definition: PolicyDefinition


async def read(database: Queryable, policy_ids: Collection[UUID] | None) -> Sequence[NamedPolicy]:
    """Policies that exist, by name; None is all of them."""
    if policy_ids is None:
        policy_ids = [row["id"] for row in await database.fetch(_sql["all"])]
    rows = await database.fetch(_sql["definitions"], list(policy_ids))
    return [NamedPolicy(row["name"], row_mapping.policy_definition(row)) for row in rows]
