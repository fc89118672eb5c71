"""Who may do what (design, section 7). The ``require_`` functions raise PermissionDenied with the reason.

`tocsin.domain.rights` decides and gives the reasons.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.domain import rights
from tocsin.errors import FieldError, PermissionDenied
from tocsin.store.actor import Actor
from tocsin.store.policies import policies


def may_edit(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may change objects of the team, or of none."""
    return rights.refuse_edit(actor, team_id) is None


def may_move(actor: Actor, before: UUID | None, after: UUID | None) -> bool:
    """Whether the actor may edit an object of the first team, or of none, and give it to the second."""
    return rights.refuse_move(actor, before, after) is None


def may_point(actor: Actor, team_id: UUID | None, policy_team_id: UUID | None) -> bool:
    """Whether the actor may let an object of the first team page by a policy of the second."""
    return rights.refuse_pointing(actor, team_id, policy_team_id) is None


def may_make(actor: Actor) -> bool:
    """Whether the actor may make objects, of a team or of none."""
    return any(may_edit(actor, team_id) for team_id in (None, *actor.teams))


def may_act(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may acknowledge, close and escalate alerts of the team's services."""
    return rights.refuse_act(actor, team_id) is None


def may_manage(actor: Actor, team_id: UUID) -> bool:
    """Whether the actor may change who is in the team."""
    return rights.refuse_managing(actor, team_id) is None


def may_edit_user(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may change how the user is reached: the user, or an administrator."""
    return rights.refuse_user_edit(actor, user_id) is None


def may_see_addresses(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see the user's addresses: the user, or an administrator."""
    return rights.refuse_addresses(actor, user_id) is None


def may_see_team_addresses(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may see the addresses of the team's channels, or of those of none."""
    return rights.refuse_insight(actor, team_id) is None


def require_edit(actor: Actor, team_id: UUID | None) -> None:
    """Raise unless the actor may edit the objects of the team, or of none."""
    _require(rights.refuse_edit(actor, team_id))


def require_make(actor: Actor, team_id: UUID | None) -> None:
    """Raise unless the actor may make objects of the team, or of none."""
    _require(rights.refuse_edit(actor, team_id), "team_id")


def require_move(actor: Actor, before: UUID | None, after: UUID | None) -> None:
    """Raise unless the actor may edit an object of the first team and give it to the second."""
    _require(rights.refuse_move(actor, before, after), "team_id")


async def require_pointing(  # noqa: PLR0913 - the field that names the policy, beside what is decided by
    database: Queryable, actor: Actor, team_id: UUID | None, policy_id: UUID | None, now: UUID | None, *, field: str
) -> None:
    """Raise unless the actor may let an object of the team page by the policy; the policy ``now`` may stay."""
    if policy_id is not None and policy_id != now:
        _require(rights.refuse_pointing(actor, team_id, await policies.team_of(database, policy_id)), field)


def require_act(actor: Actor, team_id: UUID | None) -> None:
    """Raise unless the actor may act on the team's alerts."""
    _require(rights.refuse_act(actor, team_id))


def require_manage(actor: Actor, team_id: UUID) -> None:
    """Raise unless the actor may change who is in the team."""
    _require(rights.refuse_managing(actor, team_id))


def require_edit_user(actor: Actor, user_id: UUID) -> None:
    """Raise unless the actor may change how the user is reached."""
    _require(rights.refuse_user_edit(actor, user_id))


def require_lasting(actor: Actor) -> None:
    """Raise when the actor acts by a token that may not make a secret address, since that would outlive the token."""
    _require(rights.refuse_lasting(actor))


def require_rank(actor: Actor, user: rights.Account, changes: Mapping[str, Any]) -> None:
    """Raise when the actor may not change the user's role, or how an administrator signs in."""
    _require(rights.refuse_rank(actor, user, changes))


def require_token(actor: Actor, role: str, scope: str, expires_at: datetime | None) -> None:
    """Raise when such a token would do more than the actor may, or for longer."""
    _require(rights.refuse_token(actor, role, scope, expires_at))


def require_change(actor: Actor) -> None:
    """Raise unless the actor may change anything at all."""
    _require(rights.refuse_change(actor))


def require_administration(actor: Actor) -> None:
    """Raise unless the actor may do what is for administrators."""
    _require(rights.refuse_administration(actor))


def _require(refusal: str | None, field: str | None = None) -> None:
    """Raise PermissionDenied with the refusal, if there is one. ``field`` names the field whose value is refused."""
    if refusal is not None:
        raise PermissionDenied(refusal, *([FieldError(field, refusal)] if field else []))
