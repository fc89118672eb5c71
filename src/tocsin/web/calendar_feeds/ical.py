"""A calendar of events as iCalendar text (RFC 5545, and RFC 7986 for what names and refreshes it)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_LONGEST_LINE = 75  # octets, without the line break
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event of a calendar. ``uid`` is permanent; ``end`` is exclusive."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar. ``uid`` is permanent; programs are asked to fetch it again after ``refresh``, in whole hours."""

    uid: str
    name: str
    description: str
    refresh: timedelta
    events: Sequence[CalendarEvent]

    def text(self, made_at: datetime) -> str:
        """The lines, each with its line break, none longer than 75 octets."""
        return "".join(f"{_folded(line)}\r\n" for line in self._lines(made_at))

    def _lines(self, made_at: datetime) -> Iterator[str]:
        refresh = f"PT{self.refresh // timedelta(hours=1)}H"
        name = _text(self.name)
        yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tocsin//on call//EN", "METHOD:PUBLISH")
        yield from (f"UID:{self.uid}", f"NAME:{name}", f"X-WR-CALNAME:{name}")
        if self.description:
            yield from (f"DESCRIPTION:{_text(self.description)}", f"X-WR-CALDESC:{_text(self.description)}")
        yield from (f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}", f"X-PUBLISHED-TTL:{refresh}")
        for event in self.events:
            yield from ("BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_instant(made_at)}")
            yield from (f"DTSTART:{_instant(event.start)}", f"DTEND:{_instant(event.end)}")
            yield from (f"SUMMARY:{_text(event.summary)}", f"URL:{event.url}", "END:VEVENT")
        yield "END:VCALENDAR"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A value of type TEXT; what no calendar may hold becomes a space."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    printable = _CONTROL.sub(" ", lines).encode("utf-8", "replace").decode()
    return printable.translate(_ESCAPED)


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, cut between characters; each further one begins with a space."""
    left = line.encode()
    if len(left) <= _LONGEST_LINE:
        return line
    pieces: list[bytes] = []
    room = _LONGEST_LINE
    while left:
        cut = min(room, len(left))
        while cut < len(left) and left[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(left[:cut])
        left, room = left[cut:], _LONGEST_LINE - 1
    return b"\r\n ".join(pieces).decode()
