"""The people who run Tocsin: where they are reached, and what they have been told of a sick engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements
from tocsin.domain.engine_health import Case
from tocsin.domain.reach import first_paged
from tocsin.errors import NotFound
from tocsin.store.policies import policy_reach

_sql = Statements(__package__, "operators.sql")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One contact method or channel of an operator; ``name`` is the user's or channel's."""

    id: UUID
    name: str
    type: str
    address: str = field(repr=False)
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Operators:
    """The policy's name, and whom its first step would page now."""

    policy: str
    recipients: Sequence[Recipient]


async def of_policy(connection: Connection, name: str) -> Operators:
    """Whom the policy of that name or id would page now, worked out from its definition. Raises NotFound."""
    policy_id = await connection.fetchval(_sql["policy"], name)
    if policy_id is None:
        raise NotFound(f"no escalation policy has the name or id '{name}' (TOCSIN_OPERATORS_POLICY)")
    [policy] = await policy_reach.of_policies(connection, [policy_id])
    people, channels = first_paged(policy)
    rows = await connection.fetch(_sql["addresses"], [person.id for person in people], list(channels))
    return Operators(policy.name, [Recipient(**row) for row in rows])


async def case(connection: Connection) -> Case | None:
    """The sickness that is on record."""
    row = await connection.fetchrow(_sql["case"])
    return Case(**row) if row is not None else None


async def open_case(connection: Connection, since: datetime) -> None:
    await connection.execute(_sql["open"], since)


async def recover(connection: Connection) -> None:
    await connection.execute(_sql["recover"])


async def relapse(connection: Connection) -> None:
    await connection.execute(_sql["relapse"])


async def close_case(connection: Connection) -> None:
    """Forget a sickness that nobody was told of."""
    await connection.execute(_sql["close"])


async def claim(connection: Connection, tellings: int, since: datetime) -> bool:
    """Whether this process is the one to tell next; others hold back for a minute then."""
    return bool(await connection.fetchval(_sql["claim"], tellings, since))


async def told(connection: Connection, tellings: int, *, well: bool) -> None:
    """Record a message that was claimed and that somebody has accepted."""
    await connection.execute(_sql["told_well" if well else "told"], tellings)


async def not_told(connection: Connection, tellings: int) -> None:
    """Record that nobody has accepted the message that was claimed."""
    await connection.execute(_sql["not_told"], tellings)
