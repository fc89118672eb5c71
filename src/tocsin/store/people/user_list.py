"""Users as they stand at the moment: can they be reached, are they on call, which teams are theirs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.store.actor import Role, TeamRole

_sql = Statements(__package__, "user_list.sql")

MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user. ``is_on_call``: some step of a policy in use would page them now."""

    id: UUID
    name: str
    email: str
    role: Role
    is_reachable: bool
    is_on_call: bool
    teams: Sequence[str]


@dataclass(frozen=True, slots=True)
class UserList:
    """Some users by name, and the one to go on after when there are more."""

    items: Sequence[UserRow]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class TeamMembership:
    """A team of a user's, and their place in it."""

    id: UUID
    name: str
    role: TeamRole


@dataclass(frozen=True, slots=True)
class UserCounts:
    """How many users there are, and how many of them cannot be reached."""

    all: int
    unreachable: int


async def page(database: Queryable, q: str | None, after: UUID | None, limit: int) -> UserList:
    """Users by name, those whose name or email holds ``q``; none after a user that is gone."""
    rows = await database.fetch(_sql["list"], q, after, limit + 1)
    people = [UserRow(**row) for row in rows]
    return UserList(people[:limit], people[limit - 1].id if len(people) > limit else None)


async def names(database: Queryable, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Names by id, in order."""
    rows = await database.fetch(_sql["names"], list(ids)) if ids else []
    return {row["id"]: row["name"] for row in rows}


async def choices(database: Queryable, chosen: Iterable[UUID | None] = ()) -> Mapping[UUID, str]:
    """The users that a form offers: names by id, in order, of everybody up to ``MOST_NAMES`` and of those chosen."""
    ids = {each for each in chosen if each}
    return {row["id"]: row["name"] for row in await database.fetch(_sql["choices"], list(ids), MOST_NAMES)}


async def counts(database: Queryable) -> UserCounts:
    row = await database.fetchrow(_sql["counts"])
    assert row is not None
    return UserCounts(**row)


async def teams(database: Queryable, user_id: UUID) -> Sequence[TeamMembership]:
    """The user's teams by name."""
    return [TeamMembership(**row) for row in await database.fetch(_sql["teams"], user_id)]
