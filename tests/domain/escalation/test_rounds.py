"""A policy is climbed once, and again as often as it repeats; what is begun by hand goes beyond (A3)."""

import pytest

from tocsin.domain.escalation.rounds import begins_by_itself, ends, rounds_left


@pytest.mark.parametrize(
    ("repeat", "loop_count", "left", "begins", "is_finite"),
    [
        (0, 0, 0, True, True),
        (0, 1, -1, False, True),
        (2, 0, 2, True, True),
        (2, 2, 0, True, True),
        (2, 3, -1, False, True),
        (None, 0, None, True, False),
        (None, 1_000_000, None, True, False),
    ],
)
def test_rounds(repeat: int | None, loop_count: int, left: int | None, begins: bool, is_finite: bool) -> None:
    assert rounds_left(repeat, loop_count) == left
    assert begins_by_itself(repeat, loop_count) == begins
    assert ends(repeat) == is_finite
