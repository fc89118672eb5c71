"""Which alerts a maintenance lets pass."""

import pytest

from tocsin.domain.maintenance import lets_pass


@pytest.mark.parametrize(
    ("pattern", "summary", "passes"),
    [
        ("[FIRING]*", "[FIRING] x", True),
        ("[firing:?] disk*", "[FIRING:1] Disk is full", True),
        ("[FIRING]*", "fire", False),
        ("*[!a]", "x[!a]", True),
        ("*[!a]", "x", False),
        ("disk ]", "disk ]", True),
        ("disk*", "disk is full", True),
        ("db?", "db1", True),
        ("db?", "db", False),
    ],
)
def test_only_the_star_and_the_question_mark_stand_for_something_else(pattern: str, summary: str, passes: bool) -> None:
    assert lets_pass([pattern], summary, "key") is passes
