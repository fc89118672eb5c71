"""Who may change what: shared objects, moves between teams, and policies of other teams."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tocsin.domain.rights import (
    SharedObjects,
    ends_with_token,
    is_admin,
    knows_token,
    refuse_act,
    refuse_addresses,
    refuse_administration,
    refuse_change,
    refuse_edit,
    refuse_lasting,
    refuse_managing,
    refuse_move,
    refuse_pointing,
    refuse_rank,
    refuse_token,
    refuse_user_edit,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Somebody:
    """Whose rights are asked for."""

    role: str = "user"
    scope: str = "write"
    type: str = "user"
    user_id: UUID | None = None
    expires_at: datetime | None = None
    email: str = "a@example.com"
    teams: Mapping[UUID, str] = field(default_factory=dict)
    shared: SharedObjects = "members"


NOBODYS = Somebody()
MEMBER = Somebody(teams={OURS: "member"})
MANAGER = Somebody(teams={OURS: "manager"})
ADMIN = Somebody(role="admin")
CHIEF = Somebody(role="admin", scope="admin")
TOKEN = Somebody(type="token", role="admin", user_id=UUID(int=7), expires_at=datetime(2030, 1, 1, tzinfo=UTC))
READER = Somebody(scope="read", role="admin", teams={OURS: "manager"})


@pytest.mark.parametrize(
    ("setting", "nobodys", "member", "admin"),
    [("members", False, True, True), ("everybody", True, True, True), ("admins", False, False, True)],
)
def test_who_changes_shared_objects_is_a_setting(
    setting: SharedObjects, nobodys: bool, member: bool, admin: bool
) -> None:
    people = [replace(who, shared=setting) for who in (NOBODYS, MEMBER, ADMIN)]
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


def test_what_only_administrators_may_do_needs_scope_admin_too() -> None:
    for who, may in ((CHIEF, True), (ADMIN, False), (TOKEN, False), (MANAGER, False)):
        assert (is_admin(who), refuse_administration(who) is None) == (may, may)


def test_scope_read_changes_nothing() -> None:
    assert [refuse_change(who) is None for who in (MEMBER, TOKEN, READER)] == [True, True, False]


@pytest.mark.parametrize(
    ("who", "is_allowed"), [(MEMBER, False), (MANAGER, True), (ADMIN, False), (CHIEF, True), (READER, False)]
)
def test_managers_and_administrators_change_who_is_in_a_team(who: Somebody, is_allowed: bool) -> None:
    assert (refuse_managing(who, OURS) is None) is is_allowed


@pytest.mark.parametrize(
    ("who", "edits", "sees", "knows"),
    [
        (replace(NOBODYS, user_id=UUID(int=7)), True, True, True),
        (replace(READER, role="user", user_id=UUID(int=7)), False, True, True),
        (replace(NOBODYS, user_id=UUID(int=8)), False, False, False),
        (NOBODYS, False, False, False),
        (ADMIN, False, True, False),
        (CHIEF, True, True, True),
    ],
)
def test_ones_own_are_for_oneself_and_administrators(who: Somebody, edits: bool, sees: bool, knows: bool) -> None:
    user = UUID(int=7)
    found = (refuse_user_edit(who, user), refuse_addresses(who, user))
    assert (*(reason is None for reason in found), knows_token(who, user)) == (edits, sees, knows)


def test_a_token_of_no_user_is_known_to_administrators_only() -> None:
    assert [knows_token(who, None) for who in (CHIEF, NOBODYS, TOKEN)] == [True, False, False]


def test_a_secret_address_outlives_no_token() -> None:
    for who, ends in ((TOKEN, True), (replace(TOKEN, scope="admin"), False), (MEMBER, False)):
        assert (ends_with_token(who), refuse_lasting(who) is not None) == (ends, ends)


@pytest.mark.parametrize(
    ("who", "role", "changes", "is_allowed"),
    [
        (MEMBER, "user", {"name": "B", "email": "b@example.com", "password": "x"}, True),
        (MEMBER, "user", {"role": "user"}, True),
        (MEMBER, "user", {"role": "admin"}, False),
        (TOKEN, "admin", {"name": "B", "email": "a@example.com"}, True),
        (TOKEN, "admin", {"email": "b@example.com"}, False),
        (TOKEN, "admin", {"password": "x"}, False),
        (CHIEF, "admin", {"role": "user", "password": "x"}, True),
    ],
)
def test_nobody_outgrows_a_token_by_signing_in(
    who: Somebody, role: str, changes: dict[str, Any], is_allowed: bool
) -> None:
    assert (refuse_rank(who, Somebody(role=role), changes) is None) is is_allowed


@pytest.mark.parametrize(
    ("who", "role", "scope", "later", "is_allowed"),
    [
        (TOKEN, "user", "write", timedelta(0), True),
        (TOKEN, "user", "write", timedelta(seconds=1), False),
        (TOKEN, "user", "write", None, False),
        (TOKEN, "admin", "read", timedelta(0), False),
        (TOKEN, "user", "admin", timedelta(0), False),
        (NOBODYS, "user", "read", timedelta(0), False),
        (CHIEF, "admin", "admin", None, True),
    ],
)
def test_a_token_makes_none_that_may_more_or_lasts_longer(
    who: Somebody, role: str, scope: str, later: timedelta | None, is_allowed: bool
) -> None:
    assert TOKEN.expires_at is not None
    expires_at = None if later is None else TOKEN.expires_at + later
    assert (refuse_token(who, role, scope, expires_at) is None) is is_allowed
