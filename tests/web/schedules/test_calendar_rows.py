"""Where times stand on a line."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.spans import Span, Stint
from tocsin.web.schedules import calendar_rows

ADA, BEN = UUID(int=1), UUID(int=2)
START = datetime(2027, 6, 1, tzinfo=UTC)


HOUR = timedelta(hours=1)


def stint(user: UUID, start: int, end: int) -> Stint:
    return Stint(user, START + start * HOUR, START + end * HOUR)


def test_bars_are_cut_to_the_window_and_stand_in_real_time() -> None:
    entries = calendar_rows.on_call_entries([stint(ADA, -5, 6), stint(BEN, 6, 40)], {ADA: "Ada", BEN: "Ben"})
    first, second = calendar_rows.bars(entries, Span(START, START + 24 * HOUR), {ADA: 0, BEN: 1})
    assert (first.x, first.width, first.text) == (0, 25, "Ada")
    assert (second.x, second.width, second.colour) == (25, 75, 1)


hours = st.tuples(st.integers(-5, 30), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(hours, max_size=8))
def test_no_two_bars_of_a_row_overlap(spans: Sequence[tuple[int, int]]) -> None:
    entries = calendar_rows.on_call_entries([stint(ADA, *span) for span in spans], {ADA: "Ada"})
    found = calendar_rows.bars(entries, Span(START, START + 24 * HOUR), {})
    for one, other in pairwise(sorted(found, key=lambda bar: (bar.row, bar.span))):
        assert one.row != other.row or one.span.end <= other.span.start
