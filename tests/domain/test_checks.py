"""Gaps: the times in which nobody is on call."""

from datetime import timedelta
from uuid import UUID

from tests.domain.times import DAY, MINUTE, utc

from tocsin.domain.checks import gaps
from tocsin.domain.spans import Span, Stint

ANN = UUID(int=1)
START = utc("2026-11-24T00:00:00Z")
WINDOW = Span(START, START + DAY)


def test_a_time_of_less_than_a_minute_with_nobody_on_call_is_no_gap() -> None:
    late, half = START + timedelta(milliseconds=40), START + DAY / 2
    stints = [Stint(ANN, late, half), Stint(ANN, half + timedelta(seconds=59), START + DAY)]
    assert gaps(stints, WINDOW) == []


def test_a_minute_with_nobody_on_call_is_a_gap() -> None:
    assert gaps([Stint(ANN, START + MINUTE, START + DAY)], WINDOW) == [Span(START, START + MINUTE)]
