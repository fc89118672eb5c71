"""Who may do what (design, section 7). The ``require_`` functions raise PermissionDenied with the reason.

Objects that a team may own follow `tocsin.domain.rights`. Besides, managers change their team's membership, and
administrators do everything. A token never does more than its scope: ``read`` changes nothing, and what only
administrators may do needs scope ``admin`` too.
"""

from uuid import UUID

from tocsin.db.pool import Database
from tocsin.domain import rights
from tocsin.errors import FieldError, PermissionDenied
from tocsin.store.actor import Actor
from tocsin.store.policies import policies


def is_admin(actor: Actor) -> bool:
    """Whether the actor may do everything, users, tokens of others and the audit log among it."""
    return actor.role == "admin" and actor.scope == "admin"


def ends_with_token(actor: Actor) -> bool:
    """Whether a way in that the actor makes has to end with the token it acts by.

    An administrator's token with scope admin can make a way in for itself anyway.
    """
    return actor.type == "token" and not is_admin(actor)


def may_write(actor: Actor) -> bool:
    """Whether the actor may change anything at all."""
    return actor.scope != "read"


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
    return is_admin(actor) or (may_write(actor) and actor.teams.get(team_id) == "manager")


def may_edit_user(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may change how the user is reached: the user, or an administrator."""
    return is_admin(actor) or (may_write(actor) and actor.user_id == user_id)


def may_see_addresses(actor: Actor, user_id: UUID) -> bool:
    """Whether the actor may see the user's addresses: the user, or an administrator."""
    return actor.role == "admin" or actor.user_id == user_id


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
    database: Database, actor: Actor, team_id: UUID | None, policy_id: UUID | None, now: UUID | None, *, field: str
) -> None:
    """Raise unless the actor may let an object of the team page by the policy; that of ``now`` may stay."""
    if policy_id is not None and policy_id != now:
        _require(rights.refuse_pointing(actor, team_id, await policies.team_of(database, policy_id)), field)


def require_act(actor: Actor, team_id: UUID | None) -> None:
    """Raise unless the actor may act on the team's alerts."""
    _require(rights.refuse_act(actor, team_id))


def require_manage(actor: Actor, team_id: UUID) -> None:
    """Raise unless the actor may change who is in the team."""
    if not may_manage(actor, team_id):
        raise PermissionDenied("only managers of the team and administrators may change it")


def require_edit_user(actor: Actor, user_id: UUID) -> None:
    """Raise unless the actor may change how the user is reached."""
    if not may_edit_user(actor, user_id):
        raise PermissionDenied("only the user and administrators may change this")


def require_lasting(actor: Actor) -> None:
    """Raise when the actor acts by a token that a secret address may not outlive."""
    if ends_with_token(actor):
        raise PermissionDenied(
            "the address would outlive this token: sign in to make it, or use a token of scope admin"
        )


def _require(refusal: str | None, field: str | None = None) -> None:
    """``field`` is whose value is refused, if it is one's."""
    if refusal is not None:
        raise PermissionDenied(refusal, *([FieldError(field, refusal)] if field else []))
