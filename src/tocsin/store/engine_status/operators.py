"""The people who run Tocsin: where they are reached, and what they have been notified of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain.engine_health import Incident
from tocsin.domain.reachability import first_paged
from tocsin.errors import NotFound
from tocsin.store.policies import policy_reach

_sql = Statements(__package__, "operators.sql")


@dataclass(frozen=True, slots=True)
class OperatorAddress:
    """One contact method or channel of an operator; ``name`` is the user's or channel's.

    ``by_mail``: it is reached by a mail server only.
    """

    id: UUID
    name: str
    type: str
    address: str = field(repr=False)
    secret: str | None = field(repr=False)
    by_mail: bool


@dataclass(frozen=True, slots=True)
class Operators:
    """The policy's name, and whom its first step would page now."""

    policy: str
    recipients: Sequence[OperatorAddress]


async def of_policy(connection: Connection, name: str) -> Operators:
    """Whom the policy of that name or id would page now, worked out from its definition. Raises NotFound."""
    policy_id = await connection.fetchval(_sql["policy"], name)
    if policy_id is None:
        raise NotFound(f"no escalation policy has the name or id '{name}' (TOCSIN_OPERATORS_POLICY)")
    [policy] = await policy_reach.of_policies(connection, [policy_id])
    people, channels = first_paged(policy)
    rows = await connection.fetch(_sql["addresses"], [person.id for person in people], list(channels))
    return Operators(policy.name, [OperatorAddress(**row) for row in rows])


async def incident(connection: Connection) -> Incident | None:
    """The incident that is on record."""
    row = await connection.fetchrow(_sql["incident"])
    return Incident(**row) if row is not None else None


async def open_incident(connection: Connection, since: datetime) -> None:
    await connection.execute(_sql["open"], since)


async def recover(connection: Connection) -> None:
    await connection.execute(_sql["recover"])


async def relapse(connection: Connection) -> None:
    await connection.execute(_sql["relapse"])


async def close_incident(connection: Connection) -> None:
    """Forget an incident that nobody was notified of."""
    await connection.execute(_sql["close"])


async def claim(connection: Connection, notices: int, since: datetime) -> bool:
    """Whether this process sends the next notice; if so, the others hold back for a minute."""
    return bool(await connection.fetchval(_sql["claim"], notices, since))


async def notified(connection: Connection, notices: int, *, well: bool) -> None:
    """Record a notice that was claimed and that somebody has accepted."""
    await connection.execute(_sql["notified_well" if well else "notified"], notices)


async def not_notified(connection: Connection, notices: int) -> None:
    """Record that nobody has accepted the notice that was claimed."""
    await connection.execute(_sql["not_notified"], notices)
