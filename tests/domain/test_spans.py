"""Sets of instants, against Python's own sets of minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.spans import Span, difference, intersection, union

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def span(start: int, end: int) -> Span:
    return Span(ORIGIN + start * MINUTE, ORIGIN + end * MINUTE)


any_spans = st.lists(st.builds(span, st.integers(0, 30), st.integers(0, 30)), max_size=6)


def minutes(spans: list[Span]) -> set[int]:
    return {n for one in spans for n in range((one.start - ORIGIN) // MINUTE, (one.end - ORIGIN) // MINUTE)}


def in_order(spans: list[Span]) -> bool:
    return all(one.start < one.end for one in spans) and all(a.end < b.start for a, b in pairwise(spans))


def test_a_span_has_its_start_and_not_its_end() -> None:
    one = span(1, 3)
    assert [one.holds(ORIGIN + n * MINUTE) for n in range(5)] == [False, True, True, False, False]


def test_spans_that_touch_are_joined() -> None:
    assert union([span(2, 3), span(1, 2), span(5, 5), span(9, 8)]) == [span(1, 3)]


@given(any_spans, any_spans)
@settings(max_examples=120)
def test_the_algebra_is_that_of_sets(some: list[Span], others: list[Span]) -> None:
    one, other = union(some), union(others)
    common, left = intersection(one, other), difference(one, other)
    assert in_order(one)
    assert in_order(common)
    assert in_order(left)
    assert minutes(one) == minutes(some)
    assert minutes(common) == minutes(one) & minutes(other)
    assert minutes(left) == minutes(one) - minutes(other)
