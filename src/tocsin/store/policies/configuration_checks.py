"""Checks of the configuration as it is now; `tocsin.domain.checks` says what each looks for.

Each takes ids to look at a few objects, as an editor does, and looks at all of them without. ``mails``: whether there
is a mail server; without one nobody is reached by mail.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from tocsin.db.pool import Pool, Queryable
from tocsin.db.sql import Statements
from tocsin.domain import checks
from tocsin.domain.checks import Finding
from tocsin.domain.escalation.definition import PolicyDefinition
from tocsin.domain.on_call.snapshot import OnCallSnapshot, ids_of
from tocsin.domain.reachability import PolicyReach
from tocsin.domain.spans import Span
from tocsin.store.on_call import on_call_snapshot, shifts
from tocsin.store.policies import policy_reach

_sql = Statements(__package__, "configuration_checks.sql")

AHEAD = timedelta(days=30)


async def everything(pool: Pool, *, mails: bool = True) -> Sequence[Finding]:
    """All findings of all checks, in an order that stays the same while nothing changes; read at one moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return [
            *await of_policies(connection, mails=mails),
            *await services_without_steps(connection),
            *await schedules_with_gaps(connection),
        ]


async def of_policies(
    database: Queryable, policy_ids: Collection[UUID] | None = None, *, mails: bool = True
) -> Sequence[Finding]:
    """Policies that reach nobody, and users of theirs who cannot be paged or whose rules come too late."""
    policies = await policy_reach.of_policies(database, policy_ids, mails=mails)
    return list(checks.of_policies(policies, await _catch_alls(database, policies, mails)))


async def by_policy(
    database: Queryable, policy_ids: Collection[UUID], *, mails: bool = True
) -> Mapping[UUID, Sequence[Finding]]:
    """The findings of ``of_policies`` for each policy alone."""
    policies = await policy_reach.of_policies(database, policy_ids, mails=mails)
    catch_alls = await _catch_alls(database, policies, mails)
    return {policy.id: list(checks.of_policies([policy], catch_alls)) for policy in policies}


async def of_definition(
    database: Queryable, name: str, definition: PolicyDefinition, *, mails: bool = True
) -> Sequence[Finding]:
    """The findings about a policy that need not be saved, as ``by_policy``, and the gaps of its schedules."""
    policy = await policy_reach.of_definition(database, name, definition, mails=mails)
    schedules = ids_of("schedule", (target for step in definition.steps for target in step.targets))
    return [
        *checks.of_policies([policy], await _catch_alls(database, [policy], mails)),
        *(await schedules_with_gaps(database, schedules) if schedules else ()),
    ]


async def services_without_steps(database: Queryable, policy_ids: Collection[UUID] | None = None) -> Sequence[Finding]:
    """Services whose policy, one of those named, has no step."""
    rows = await database.fetch(_sql["services_without_steps"], _list(policy_ids))
    return [checks.service_without_steps(row["id"], row["name"], row["policy_name"]) for row in rows]


async def schedules_with_gaps(database: Queryable, schedule_ids: Collection[UUID] | None = None) -> Sequence[Finding]:
    """Schedules by which nobody is on call at some time of the next ``AHEAD``."""
    rows = await database.fetch(_sql["schedules"], _list(schedule_ids))
    snapshot = await on_call_snapshot.load(database, [], [row["id"] for row in rows])
    window = Span(snapshot.now, snapshot.now + AHEAD)
    findings = [
        checks.schedule_with_gaps(row["id"], row["name"], _gaps(snapshot, row["id"], window), window) for row in rows
    ]
    return [finding for finding in findings if finding is not None]


def _gaps(snapshot: OnCallSnapshot, schedule_id: UUID, window: Span) -> Sequence[Span]:
    return checks.gaps(shifts.ahead(snapshot, schedule_id, window), window)


async def _catch_alls(database: Queryable, policies: Sequence[PolicyReach], mails: bool) -> dict[UUID, PolicyReach]:
    known = {policy.id: policy for policy in policies}
    wanted = {policy.catch_all_id for policy in policies if policy.catch_all_id is not None}
    others = await policy_reach.of_policies(database, wanted - set(known), mails=mails) if wanted - set(known) else []
    return known | {policy.id: policy for policy in others}


def _list(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
