"""Sets of instants as lists of half-open spans.

A list of spans is *in order* when it is sorted, no two spans overlap or touch, and none is empty. ``union`` makes such
lists; the other functions take and give them. All are linear in the number of spans.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Span(NamedTuple):
    """The time from ``start`` on, up to and without ``end``."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Stint:
    """A user's time on call, from ``start`` on, up to and without ``end``."""

    user_id: UUID
    start: datetime
    end: datetime


def union(spans: Iterable[Span]) -> list[Span]:
    """All of ``spans``, which may be in any order and overlap, put in order."""
    joined: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if joined and span.start <= joined[-1].end:
            if span.end > joined[-1].end:
                joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def intersection(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """What lies in both."""
    common: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        (start, end), (other_start, other_end) = one[i], other[j]
        if end < other_end:
            i += 1
        else:
            j += 1
            end = other_end
        if (start := max(start, other_start)) < end:
            common.append(Span(start, end))
    return common


def difference(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """``spans`` without ``holes``."""
    left: list[Span] = []
    first = 0
    for start, end in spans:
        while first < len(holes) and holes[first].end <= start:
            first += 1
        rest, hole = start, first
        while hole < len(holes) and holes[hole].start < end:
            if rest < holes[hole].start:
                left.append(Span(rest, holes[hole].start))
            rest = holes[hole].end
            hole += 1
        if rest < end:
            left.append(Span(rest, end))
    return left
