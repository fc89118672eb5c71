"""The policy that an alert climbs, and the pages that went out on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.policies import policy_steps
from tocsin.store.policies.policy_steps import Step

_sql = Statements(__package__, "alert_policy.sql")


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """A policy's steps, with a name for each of their targets. ``catch_all_name``: the policy that would take over."""

    policy_id: UUID
    policy_name: str
    repeat: int | None
    is_catch_all: bool
    catch_all_name: str | None
    steps: Sequence[Step]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A page to a contact method or a channel, with its status. ``step_number`` counts from 0."""

    id: UUID
    target_name: str
    user_id: UUID | None
    destination_type: str
    destination_name: str
    step_number: int
    status: str
    reason: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime
    next_attempt: datetime | None


async def of_alert(database: Queryable, alert_id: int) -> AlertPolicy:
    """The policy that the alert is on; for a closed alert, its service's policy. Raises NotFound."""
    row = await database.fetchrow(_sql["of_alert"], alert_id)
    if row is None:
        raise NotFound("no such alert")
    steps = (await policy_steps.of_policies(database, [row["policy_id"]])).get(row["policy_id"], ())
    return AlertPolicy(**row, steps=steps, names=await policy_steps.names_of_targets(database, steps))


async def pages(database: Queryable, alert_id: int, limit: int) -> Sequence[AlertPage]:
    """The alert's latest pages, latest first."""
    return [AlertPage(**row) for row in await database.fetch(_sql["pages"], alert_id, limit)]
