"""Who may do what, as a table."""

from uuid import UUID

import pytest

from tocsin.domain.rights import is_admin, refuse_change
from tocsin.http import access
from tocsin.store.actor import Actor

ME, OTHER = UUID(int=1), UUID(int=2)
OURS, THEIRS = UUID(int=3), UUID(int=4)

READER = Actor("token", "1", "reader", user_id=ME, scope="read", teams={OURS: "manager"})
MEMBER = Actor("user", "1", "member", user_id=ME, teams={OURS: "member"})
MANAGER = Actor("user", "1", "manager", user_id=ME, teams={OURS: "manager"})
ADMIN = Actor("user", "1", "admin", user_id=ME, role="admin", scope="admin")
WRITING_ADMIN = Actor("token", "1", "admin by a write token", user_id=ME, role="admin", scope="write")
USER_WITH_SCOPE_ADMIN = Actor("token", "1", "user", user_id=ME, role="user", scope="admin")
MACHINE = Actor("token", "1", "a token of nobody")


@pytest.mark.parametrize(
    ("actor", "rights"),
    [
        (READER, (False, False, False, False, False, False, False, False)),
        (MEMBER, (True, True, False, False, False, True, False, False)),
        (MANAGER, (True, True, False, True, False, True, False, False)),
        (ADMIN, (True, True, True, True, True, True, True, True)),
        (WRITING_ADMIN, (True, True, True, False, False, True, False, False)),
        (USER_WITH_SCOPE_ADMIN, (False, False, False, False, False, True, False, False)),
        (MACHINE, (False, False, False, False, False, False, False, False)),
    ],
    ids=lambda value: value.name if isinstance(value, Actor) else "",
)
def test_rights(actor: Actor, rights: tuple[bool, ...]) -> None:
    assert rights == (
        access.may_edit(actor, None),
        access.may_edit(actor, OURS),
        access.may_edit(actor, THEIRS),
        access.may_manage(actor, OURS),
        access.may_manage(actor, THEIRS),
        access.may_edit_user(actor, ME),
        access.may_edit_user(actor, OTHER),
        is_admin(actor),
    )
    for team in (OURS, THEIRS):
        assert access.may_act(actor, team) is access.may_edit(actor, team)
    assert access.may_act(actor, None) is (refuse_change(actor) is None)
