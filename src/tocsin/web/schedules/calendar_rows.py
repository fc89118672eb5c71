"""The rows of a calendar: bars whose place and width are per cent of the time that the row shows.

A line is linear in real time, so a day of 25 hours is longer than its neighbours. Bars that overlap get rows of their
own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from tocsin.domain.spans import Span, Stint
from tocsin.web.kit.formatting import initials

BarKind: TypeAlias = Literal["person", "gap", "plain"]

COLOURS = 8


@dataclass(frozen=True, slots=True)
class CalendarBar:
    """A time on a line. ``user_id`` is who is on call then, ``colour`` counts from 0, ``short`` is for little room."""

    span: Span
    x: float
    width: float
    row: int
    kind: BarKind
    text: str
    colour: int = 0
    user_id: UUID | None = None
    short: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A line of bars under a caption; ``rows`` of them lie one above the other."""

    kind: str
    caption: str
    more: str
    bars: Sequence[CalendarBar]

    @property
    def rows(self) -> int:
        return max((bar.row for bar in self.bars), default=0) + 1


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a bar says: a text, and for a person who it is."""

    span: Span
    text: str
    kind: BarKind = "plain"
    user_id: UUID | None = None
    short: str = ""


def on_call_entries(
    stints: Iterable[Stint], names: Mapping[UUID, str], gaps: Iterable[Span] = ()
) -> Sequence[CalendarEntry]:
    """An entry for each time on call, and for each time in which nobody is."""
    entries = [_person(stint, names.get(stint.user_id, "somebody")) for stint in stints]
    entries.extend(CalendarEntry(gap, "nobody", "gap") for gap in gaps)
    return sorted(entries, key=lambda entry: entry.span)


def _person(stint: Stint, name: str) -> CalendarEntry:
    return CalendarEntry(Span(stint.start, stint.end), name, "person", stint.user_id, initials(name))


def bars(entries: Sequence[CalendarEntry], window: Span, colours: Mapping[UUID, int]) -> Sequence[CalendarBar]:
    """The entries as far as they lie in the window, in rows so that no two overlap."""
    found: list[CalendarBar] = []
    ends: list[datetime] = []
    for entry in entries:
        start, end = max(entry.span.start, window.start), min(entry.span.end, window.end)
        if start >= end:
            continue
        row = next((number for number, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        x, width = position(start, window), position(end, window) - position(start, window)
        colour = colours.get(entry.user_id, 0) if entry.user_id else 0
        found.append(
            CalendarBar(Span(start, end), x, width, row, entry.kind, entry.text, colour, entry.user_id, entry.short)
        )
    return found


def position(at: datetime, window: Span) -> float:
    """The instant's place in the window, in per cent."""
    return round(100 * ((at - window.start) / (window.end - window.start)), 4)


def colours_of(user_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """A colour for each user, in the order in which they come."""
    return {user_id: number % COLOURS for number, user_id in enumerate(dict.fromkeys(user_ids))}
