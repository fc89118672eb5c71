"""How far a new Tocsin is set up: what exists of all that a first page needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.reachability import PolicyReach
from tocsin.store.policies import policy_reach

_sql = Statements(__package__, "setup.sql")


@dataclass(frozen=True, slots=True)
class FirstService:
    """A service, its policy, and how many keys let alerts in."""

    id: UUID
    name: str
    team_id: UUID | None
    policy_id: UUID
    policy_name: str
    keys: int


@dataclass(frozen=True, slots=True)
class PageableTarget:
    """A schedule or rotation that a policy can page."""

    type: str
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Setup:
    """The oldest policies, services, schedules and rotations; and whether a page has ever gone out."""

    policies: Sequence[PolicyReach]
    services: Sequence[FirstService]
    rotations_and_schedules: Sequence[PageableTarget]
    received: bool

    @property
    def working(self) -> Sequence[PolicyReach]:
        """Policies that page somebody who can be reached, or a channel."""
        return [policy for policy in self.policies if policy.pages_somebody]

    @property
    def ready(self) -> Sequence[FirstService]:
        """Services whose alerts page somebody."""
        working = {policy.id for policy in self.working}
        return [service for service in self.services if service.policy_id in working]


async def received(database: Queryable) -> bool:
    """Whether any page has ever gone out."""
    return bool(await database.fetchval(_sql["received"]))


async def load(database: Queryable) -> Setup:
    """What exists now."""
    policy_ids = [row["id"] for row in await database.fetch(_sql["policies"])]
    return Setup(
        await policy_reach.of_policies(database, policy_ids),
        [FirstService(**row) for row in await database.fetch(_sql["services"])],
        [PageableTarget(**row) for row in await database.fetch(_sql["targets"])],
        await received(database),
    )
