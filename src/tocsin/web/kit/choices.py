"""What forms offer to choose from: teams, policies, time zones."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol
from uuid import UUID

from tocsin.db.pool import Pool
from tocsin.http.access import may_edit, may_move, may_point
from tocsin.store.actor import Actor
from tocsin.store.people import teams
from tocsin.store.policies import policy_list

Choices = Sequence[tuple[str, str]]
"""Values of a field with what they are called."""

_MOST_TEAMS = 500


def id_of(text: str) -> UUID | None:
    """The text as an id; None when it is no id."""
    try:
        return UUID(text)
    except ValueError:
        return None


class TeamOwned(Protocol):
    """An object that belongs to a team or to nobody."""

    @property
    def team_id(self) -> UUID | None: ...


async def team_names(pool: Pool) -> Mapping[UUID, str]:
    """The names of all teams, in their order."""
    found = (await teams.page(pool, None, None, _MOST_TEAMS)).items
    return {team.id: team.name for team in sorted(found, key=lambda team: team.name.lower())}


async def team_choices(pool: Pool, none: str) -> Choices:
    """Every team, by name, after the choice of no team, whose caption is ``none``."""
    return [("", none), *((str(team_id), name) for team_id, name in (await team_names(pool)).items())]


async def owner_choices(pool: Pool, actor: Actor, owned: TeamOwned | None, chosen: str) -> Choices:
    """The teams that the actor may make the owner of an object; and the team that is ``chosen`` already."""

    def may(team_id: UUID | None) -> bool:
        return may_edit(actor, team_id) if owned is None else may_move(actor, owned.team_id, team_id)

    found = await team_choices(pool, "Everybody's")
    return [(value, name) for value, name in found if may(id_of(value)) or value == chosen != ""]


async def policy_choices(
    pool: Pool, actor: Actor, team_id: UUID | None, chosen: Collection[UUID | None] = ()
) -> Choices:
    """The policies that the actor may let an object of the team page by, by name; and those ``chosen`` already."""
    policies = await policy_list.choices(pool)
    return [
        (str(policy.id), policy.name)
        for policy in policies
        if may_point(actor, team_id, policy.team_id) or policy.id in chosen
    ]


@cache
def usual_zones() -> tuple[str, ...]:
    """UTC, and the zones that the time zone database lists by country, without the names of before."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    return ("UTC", *sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#")))


def zone_choices(chosen: str) -> Choices:
    """The usual zones, and the chosen one when it is none of them."""
    others = [chosen] if chosen and chosen not in usual_zones() else []
    return [(name, name) for name in (*others, *usual_zones())]
