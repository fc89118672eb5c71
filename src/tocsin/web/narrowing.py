"""What lists are narrowed by, and what forms choose from."""

from collections.abc import Sequence
from uuid import UUID

from tocsin.api.access import is_admin
from tocsin.db.pool import Pool
from tocsin.store import teams
from tocsin.store.actor import Actor

Choices = Sequence[tuple[str, str]]
"""Values of a field with what they are called."""

_MOST_TEAMS = 500


def id_of(text: str) -> UUID | None:
    """The id that a text is, None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def team_choices(pool: Pool, none: str, actor: Actor | None = None) -> Choices:
    """Every team by name, or those whose objects the actor may edit; ``none`` is what no team is called."""
    found = (await teams.page(pool, None, None, _MOST_TEAMS)).items
    own = [team for team in found if actor is None or is_admin(actor) or team.id in actor.teams]
    by_name = sorted(own, key=lambda team: team.name.lower())
    return [("", none), *((str(team.id), team.name) for team in by_name)]
