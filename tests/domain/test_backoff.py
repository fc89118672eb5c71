"""Waits stay within their bounds whatever the number of failures."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.backoff import Backoff

BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (47, 60), (1_000_000, 60)]
)
def test_waits_double_up_to_the_longest(failures: int, seconds: int) -> None:
    assert BACKOFF.wait(failures, chance=0) == timedelta(seconds=seconds)


def test_a_count_below_one_waits_the_first_time() -> None:
    assert BACKOFF.wait(0, chance=0) == BACKOFF.wait(-3, chance=0) == BACKOFF.first


def test_jitter_only_shortens() -> None:
    assert BACKOFF.wait(1_000_000, chance=0.999_999) == pytest.approx(timedelta(seconds=45), abs=timedelta(seconds=0.1))


def test_the_longest_wait_may_be_shorter_than_the_first() -> None:
    short = Backoff(first=timedelta(seconds=10), longest=timedelta(seconds=5))
    assert short.wait(1, chance=0) == timedelta(seconds=5)


@given(
    failures=st.integers(),
    chance=st.floats(0, 1, exclude_max=True),
    first=st.timedeltas(timedelta(milliseconds=1), timedelta(days=1)),
    longest=st.timedeltas(timedelta(milliseconds=1), timedelta(days=365)),
    jitter=st.floats(0, 1),
)
def test_any_wait_is_within_the_bounds(
    failures: int, chance: float, first: timedelta, longest: timedelta, jitter: float
) -> None:
    wait = Backoff(first, longest, jitter).wait(failures, chance)
    tick = timedelta(microseconds=1)
    assert min(first, longest) * (1 - jitter) - tick <= wait <= longest + tick
    assert wait >= timedelta()


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_a_further_failure_never_shortens_the_wait(failures: int, chance: float) -> None:
    assert BACKOFF.wait(failures, chance) <= BACKOFF.wait(failures + 1, chance)
