"""Who may change what: one rule for the API, the pages and the links in pages.

Everybody known reads everything. What belongs to a team is changed by its members. What belongs to no team is shared:
it pages people of several teams, so changing it takes membership of a team, any team, unless a setting says that
everybody may, or administrators only. Role ``admin`` changes every object. A token of scope ``read`` changes nothing.

    edit            one's team's objects; shared ones as above
    move            both sides as for edit; to take a shared object for a team, which ends everybody else's right to it,
                    one manages that team
    point           a service, or a policy's catch-all, at an escalation policy: a shared one, one of the object's own
                    team, or one of a team that the actor is in; else it would page people who never asked for it
    act on alerts   members of the service's team; alerts of a shared service are everybody's, whom they may page

A decision is the reason for refusing, None when it is allowed.
"""

from collections.abc import Mapping
from typing import Literal, Protocol
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
    def role(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def teams(self) -> Mapping[UUID, str]: ...
    @property
    def shared(self) -> SharedObjects: ...


def refuse_edit(who: Holder, team_id: UUID | None) -> str | None:
    """Why the holder may not change an object of the team, or of none."""
    return _READ_ONLY if who.scope == "read" else refuse_insight(who, team_id)


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
    if who.scope == "read":
        return _READ_ONLY
    if team_id is None or who.role == "admin" or team_id in who.teams:
        return None
    return "only members of the service's team may do this"
