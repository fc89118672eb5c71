"""Which rows of a rotation stay when its participants are replaced (R3)."""

from uuid import UUID

import pytest

from tocsin.domain.on_call.participants import NewOrder, Participant, reorder, successor


def uid(letter: str) -> UUID:
    return UUID(int=ord(letter))


def replaced(old: str, active: int | None, new: str) -> NewOrder:
    """The new order in place of the old one, whose rows are numbered; letters are users."""
    rows = [Participant(UUID(int=n), uid(letter)) for n, letter in enumerate(old)]
    return reorder(rows, None if active is None else UUID(int=active), active, [uid(letter) for letter in new])


@pytest.mark.parametrize(
    ("old", "active", "new", "rows"),
    [
        ("", None, "", []),
        ("", None, "ab", [None, None]),
        ("ab", 0, "ab", [0, 1]),
        ("abc", 1, "cab", [2, 0, 1]),
        ("ab", 0, "b", [1]),
        ("ab", 0, "cab", [None, 0, 1]),
        ("aba", 0, "aba", [0, 1, 2]),
        ("aba", 2, "aab", [0, 2, 1]),
        ("aba", 2, "ab", [2, 1]),
        ("aba", 0, "ba", [1, 0]),
        ("a", 0, "aaa", [0, None, None]),
        ("ab", 0, "c", [None]),
    ],
)
def test_rows_stay_by_user_and_in_order(old: str, active: int | None, new: str, rows: list[int | None]) -> None:
    kept = replaced(old, active, new).kept
    assert [row.int if row is not None else None for row in kept] == rows


@pytest.mark.parametrize(
    ("old", "active", "new", "position"),
    [
        ("abc", 1, "abc", None),
        ("abc", None, "bc", None),
        ("abc", 1, "ac", 1),
        ("abc", 1, "ca", 0),
        ("abc", 2, "ab", 0),
        ("abcd", 1, "cd", 0),
        ("abcd", 1, "dxc", 2),
        ("ab", 1, "ax", 1),
        ("ab", 0, "xy", None),
    ],
)
def test_r3_the_next_in_the_old_order_inherits(old: str, active: int | None, new: str, position: int | None) -> None:
    assert replaced(old, active, new).next == position


@pytest.mark.parametrize(
    ("gone_at", "new", "position"),
    [
        (0, "bcd", 0),
        (0, "dcb", 2),
        (0, "dc", 1),
        (2, "dbc", 0),
        (3, "dcb", 2),
    ],
)
def test_r3_who_is_next_stays_so_in_another_order_while_the_engine_has_not_looked(
    gone_at: int, new: str, position: int
) -> None:
    order = [Participant(UUID(int=n), uid(letter)) for n, letter in enumerate("bcd")]
    assert reorder(order, uid("a"), gone_at, [uid(letter) for letter in new]).next == position


def test_r3_of_a_users_places_the_one_that_is_next_is_the_last_to_go() -> None:
    order = [Participant(UUID(int=n), uid(letter)) for n, letter in enumerate("bcb")]
    assert reorder(order, uid("a"), 2, [uid("b"), uid("c")]).kept == [UUID(int=2), UUID(int=1)]


@pytest.mark.parametrize(("position", "count", "follows"), [(0, 1, 0), (1, 3, 1), (2, 3, 2), (3, 3, 0), (7, 2, 0)])
def test_r3_who_follows_an_active_one_that_is_gone(position: int, count: int, follows: int) -> None:
    assert successor(position, count) == follows
