"""Who may change what: shared objects, moves between teams, and policies of other teams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tocsin.domain.rights import SharedObjects, refuse_act, refuse_edit, refuse_move, refuse_pointing

OURS, THEIRS = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Somebody:
    """Whose rights are asked for."""

    role: str = "user"
    scope: str = "write"
    teams: Mapping[UUID, str] = field(default_factory=dict)
    shared: SharedObjects = "members"


NOBODYS = Somebody()
MEMBER = Somebody(teams={OURS: "member"})
MANAGER = Somebody(teams={OURS: "manager"})
ADMIN = Somebody(role="admin")
READER = Somebody(scope="read", role="admin", teams={OURS: "manager"})


@pytest.mark.parametrize(
    ("setting", "nobodys", "member", "admin"),
    [("members", False, True, True), ("everybody", True, True, True), ("admins", False, False, True)],
)
def test_who_changes_shared_objects_is_a_setting(
    setting: SharedObjects, nobodys: bool, member: bool, admin: bool
) -> None:
    people = [Somebody(who.role, who.scope, who.teams, setting) for who in (NOBODYS, MEMBER, ADMIN)]
    assert [refuse_edit(who, None) is None for who in people] == [nobodys, member, admin]
    assert refuse_edit(Somebody(scope="read", teams={OURS: "member"}, shared=setting), None) is not None
    assert [refuse_act(who, None) for who in people] == [None, None, None]


@pytest.mark.parametrize(
    ("who", "before", "after", "is_allowed"),
    [
        (MEMBER, OURS, OURS, True),
        (MEMBER, OURS, None, True),
        (MEMBER, None, OURS, False),
        (MANAGER, None, OURS, True),
        (MANAGER, None, THEIRS, False),
        (MANAGER, OURS, THEIRS, False),
        (MANAGER, THEIRS, OURS, False),
        (ADMIN, None, OURS, True),
        (ADMIN, OURS, THEIRS, True),
        (NOBODYS, None, None, False),
        (READER, OURS, OURS, False),
    ],
)
def test_to_take_a_shared_object_one_manages_the_team(
    who: Somebody, before: UUID | None, after: UUID | None, is_allowed: bool
) -> None:
    assert (refuse_move(who, before, after) is None) is is_allowed


@pytest.mark.parametrize(
    ("who", "team", "policys", "is_allowed"),
    [
        (NOBODYS, None, None, True),
        (MEMBER, OURS, None, True),
        (MEMBER, OURS, OURS, True),
        (MEMBER, None, OURS, True),
        (MEMBER, OURS, THEIRS, False),
        (MEMBER, None, THEIRS, False),
        (ADMIN, OURS, THEIRS, True),
    ],
)
def test_a_policy_of_another_team_is_for_its_members_to_point_at(
    who: Somebody, team: UUID | None, policys: UUID | None, is_allowed: bool
) -> None:
    assert (refuse_pointing(who, team, policys) is None) is is_allowed


def test_whoever_may_act_on_a_teams_alerts_is_a_member_or_an_administrator() -> None:
    assert [refuse_act(who, OURS) is None for who in (MEMBER, ADMIN, NOBODYS, READER)] == [True, True, False, False]
