"""Durations as two fields of a form."""

from datetime import timedelta

import pytest

from tocsin.web.kit.durations import seconds_of, split


@pytest.mark.parametrize("seconds", [1, 90, 300, 3600, 5400, 86_400, 90_000, 0.5])
def test_a_duration_comes_back_as_it_went(seconds: float) -> None:
    assert seconds_of(*split(timedelta(seconds=seconds))) == seconds


def test_the_largest_whole_unit_is_shown() -> None:
    assert split(timedelta(minutes=90)) == ("90", "60")
    assert split(timedelta(hours=2)) == ("2", "3600")
    assert seconds_of("soon", "60") == "soon"
    assert seconds_of("2", "bogus") == 120
