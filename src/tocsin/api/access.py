"""Who may do what (design, section 7). Pure functions; the ``require_`` ones raise PermissionDenied with the reason.

Everybody signed in reads. Members edit their team's objects and act on its alerts, objects of no team are
everybody's, managers change their team's membership, administrators do everything. A token never does more than its
scope: ``read`` changes nothing, and what only administrators may do needs scope ``admin`` too.
"""

from uuid import UUID

from tocsin.errors import PermissionDenied
from tocsin.store.actor import Actor


def is_admin(actor: Actor) -> bool:
    """Whether the actor may do everything, users, tokens of others and the audit log among it."""
    return actor.role == "admin" and actor.scope == "admin"


def may_write(actor: Actor) -> bool:
    """Whether the actor may change anything at all."""
    return actor.scope != "read"


def may_edit(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may change objects of the team; of no team means everybody's."""
    return may_write(actor) and (team_id is None or actor.role == "admin" or team_id in actor.teams)


def may_act(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may acknowledge, close and escalate alerts of the team's services."""
    return may_edit(actor, team_id)


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
    """Whether the actor may see the addresses of the team's channels; of no team means everybody's."""
    return actor.role == "admin" or team_id is None or team_id in actor.teams


def require_edit(actor: Actor, *team_ids: UUID | None) -> None:
    """Raise unless the actor may edit the objects of every one of the teams."""
    if not all(may_edit(actor, team_id) for team_id in team_ids):
        raise PermissionDenied("only members of the team may change this")


def require_act(actor: Actor, team_id: UUID | None) -> None:
    """Raise unless the actor may act on the team's alerts."""
    if not may_act(actor, team_id):
        raise PermissionDenied("only members of the service's team may do this")


def require_manage(actor: Actor, team_id: UUID) -> None:
    """Raise unless the actor may change who is in the team."""
    if not may_manage(actor, team_id):
        raise PermissionDenied("only managers of the team and administrators may change it")


def require_edit_user(actor: Actor, user_id: UUID) -> None:
    """Raise unless the actor may change how the user is reached."""
    if not may_edit_user(actor, user_id):
        raise PermissionDenied("only the user and administrators may change this")
