"""Who may change what: one rule for the API, the pages and the links in pages.

Everybody known reads everything. What belongs to a team is changed by its members. What belongs to no team is shared:
it pages people of several teams, so changing it takes membership of a team, any team, unless a setting says that
everybody may, or administrators only. Role ``admin`` changes every object. A token never does more than its scope:
``read`` changes nothing, and what only administrators may do needs scope ``admin`` too.

    edit            one's team's objects; shared ones as above
    move            both sides as for edit; to take a shared object for a team, which ends everybody else's right to it,
                    one manages that team
    point           a service, or a policy's catch-all, at an escalation policy: a shared one, one of the object's own
                    team, or one of a team that the actor is in; else it would page people who never asked for it
    act on alerts   members of the service's team; alerts of a shared service are everybody's, whom they may page
    manage          a team's membership: its managers
    edit a user     oneself, but for one's role; nobody outgrows the scope of a token by it
    make a token    for oneself, that does no more than the actor may, and no longer

A decision is the reason for refusing, None when it is allowed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

SharedObjects = Literal["admins", "members", "everybody"]

_READ_ONLY = "this token may only read: its scope is read"
_SHARED: Mapping[SharedObjects, str] = {
    "admins": "only administrators may change what belongs to no team",
    "members": "only members of a team may change what belongs to no team",
}


class Holder(Protocol):
    """Whose rights are asked for."""

    @property
    def type(self) -> str: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def role(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def teams(self) -> Mapping[UUID, str]: ...
    @property
    def shared(self) -> SharedObjects: ...


class Account(Protocol):
    """As whom a user signs in."""

    @property
    def role(self) -> str: ...
    @property
    def email(self) -> str: ...


def is_admin(who: Holder) -> bool:
    """Whether the holder may do everything, users, tokens of others and the audit log among it."""
    return who.role == "admin" and who.scope == "admin"


def ends_with_token(who: Holder) -> bool:
    """Whether a way in that the holder makes has to end with the token it acts by.

    An administrator's token with scope admin can make a way in for itself anyway.
    """
    return who.type == "token" and not is_admin(who)


def refuse_change(who: Holder) -> str | None:
    """Why the holder may not change anything at all."""
    return _READ_ONLY if who.scope == "read" else None


def refuse_administration(who: Holder) -> str | None:
    """Why the holder may not do what is for administrators."""
    return None if is_admin(who) else "this needs an administrator, and a token with scope admin"


def refuse_edit(who: Holder, team_id: UUID | None) -> str | None:
    """Why the holder may not change an object of the team, or of none."""
    return refuse_change(who) or refuse_insight(who, team_id)


def refuse_insight(who: Holder, team_id: UUID | None) -> str | None:
    """Why the holder may not see what only those see who change the object, such as a channel's address."""
    if who.role == "admin":
        return None
    if team_id is not None:
        return None if team_id in who.teams else "only members of the team may change this"
    allowed = who.shared == "everybody" or (who.shared == "members" and who.teams)
    return None if allowed else _SHARED[who.shared]


def refuse_move(who: Holder, before: UUID | None, after: UUID | None) -> str | None:
    """Why the holder may not give an object of one team, or of none, to another; the same one is no move."""
    if reason := refuse_edit(who, before) or refuse_edit(who, after):
        return reason
    takes = before is None and after is not None
    if takes and who.role != "admin" and (after is None or who.teams.get(after) != "manager"):
        return "only managers of a team and administrators may take for it what belongs to no team"
    return None


def refuse_pointing(who: Holder, team_id: UUID | None, policy_team_id: UUID | None) -> str | None:
    """Why the holder may not let an object of the first team page by a policy of the second."""
    if policy_team_id is None or policy_team_id == team_id or refuse_edit(who, policy_team_id) is None:
        return None
    return "the policy belongs to another team: choose one of the same team, of a team of yours, or of none"


def refuse_act(who: Holder, team_id: UUID | None) -> str | None:
    """Why the holder may not acknowledge, close and escalate alerts of the team's services."""
    if refusal := refuse_change(who):
        return refusal
    if team_id is None or who.role == "admin" or team_id in who.teams:
        return None
    return "only members of the service's team may do this"


def refuse_managing(who: Holder, team_id: UUID) -> str | None:
    """Why the holder may not change who is in the team."""
    if is_admin(who) or (not refuse_change(who) and who.teams.get(team_id) == "manager"):
        return None
    return "only managers of the team and administrators may change it"


def refuse_user_edit(who: Holder, user_id: UUID) -> str | None:
    """Why the holder may not change the user, and how they are reached."""
    if is_admin(who) or (not refuse_change(who) and who.user_id == user_id):
        return None
    return "only the user and administrators may change this"


def refuse_rank(who: Holder, user: Account, changes: Mapping[str, Any]) -> str | None:
    """Why the holder may not change the user's role or, of an administrator, email and password.

    So no token outgrows its scope by signing in.
    """
    if is_admin(who):
        return None
    if changes.get("role", user.role) != user.role:
        return "only administrators may change a role"
    if user.role == "admin" and ("password" in changes or changes.get("email", user.email) != user.email):
        return "an administrator's email and password need a token with scope admin"
    return None


def refuse_addresses(who: Holder, user_id: UUID) -> str | None:
    """Why the holder may not see the user's addresses."""
    return None if who.role == "admin" or who.user_id == user_id else "only the user and administrators may see this"


def refuse_lasting(who: Holder) -> str | None:
    """Why the holder may not make a secret address, which outlives a token."""
    if ends_with_token(who):
        return "the address would outlive this token: sign in to make it, or use a token of scope admin"
    return None


def knows_token(who: Holder, owner_id: UUID | None) -> bool:
    """Whether the holder may see and revoke a token of this user, or of none."""
    return is_admin(who) or (who.user_id is not None and who.user_id == owner_id)


def refuse_token(who: Holder, role: str, scope: str, expires_at: datetime | None) -> str | None:
    """Why the holder may not make such a token: it would do more than the holder may, or for longer."""
    if is_admin(who):
        return None
    if who.user_id is None:
        return "a token that belongs to no user cannot make others unless it is an administrator's"
    if "admin" in (scope, role):
        return "only administrators may make tokens with scope or role admin"
    if who.expires_at is not None and (expires_at is None or expires_at > who.expires_at):
        end = who.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"a token cannot make one that outlives it: expires_at must be {end} at the latest"
    return None
