"""Lengths of time as people say them, and the time zones that forms offer."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.web.kit.formatting import age, relative

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (110, "2 min"),
        (3569, "59 min"),
        (3570, "1 h"),
        (3660, "1 h 1 min"),
        (86_399, "1 d"),
        (100_000, "1 d 3 h"),
        (7 * 86_400 + 7200, "7 d"),
        (-5, "0 s"),
    ],
)
def test_a_length_is_told_in_humane_units(seconds: float, expected: str) -> None:
    assert age(timedelta(seconds=seconds)) == expected


def test_how_far_from_now() -> None:
    assert relative(NOW - timedelta(seconds=110), NOW) == "2 min ago"
    assert relative(NOW + timedelta(minutes=61), NOW) == "in 1 h 1 min"
    assert relative(NOW + timedelta(seconds=4), NOW) == "now"
