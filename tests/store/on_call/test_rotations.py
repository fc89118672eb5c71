"""Which rows of a rotation stay when its participants are replaced (R3)."""

from uuid import UUID

import pytest

from tocsin.domain.rotation import Participant
from tocsin.store.on_call.rotations import Place, heir, match_places, places_of


def uid(letter: str) -> UUID:
    return UUID(int=ord(letter))


def matched(old: str, active: int | None, new: str) -> list[int | None]:
    """For each place of the new order the number of the old row that goes there; letters are users."""
    rows = [Place(UUID(int=n), uid(letter), n == active) for n, letter in enumerate(old)]
    return [row.int if row is not None else None for row in match_places(rows, [uid(letter) for letter in new])]


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
    assert matched(old, active, new) == rows


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
    rows = [Place(UUID(int=n), uid(letter), n == active) for n, letter in enumerate(old)]
    assert heir(rows, match_places(rows, [uid(letter) for letter in new])) == position


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
    rows = places_of(order, uid("a"), gone_at)
    assert heir(rows, match_places(rows, [uid(letter) for letter in new])) == position


def test_r3_of_a_users_places_the_one_that_is_next_is_the_last_to_go() -> None:
    order = [Participant(UUID(int=n), uid(letter)) for n, letter in enumerate("bcb")]
    assert match_places(places_of(order, uid("a"), 2), [uid("b"), uid("c")]) == [UUID(int=2), UUID(int=1)]
