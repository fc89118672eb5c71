"""Who is on call, told as naively as possible: full hours in UTC, one handoff after the other."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

ORIGIN = datetime(2027, 1, 4, tzinfo=UTC)


@dataclass
class History:
    """Who was on call from when until when; None is until now."""

    stints: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)

    def become(self, people: set[str], now: datetime) -> None:
        on_call = {name for name, _, end in self.stints if end is None}
        self.stints = [
            (name, start, now if end is None and name not in people else end) for name, start, end in self.stints
        ]
        self.stints += [(name, now, None) for name in sorted(people - on_call)]


@dataclass
class Rotation:
    """One-person shifts of so many hours, handed off at full multiples of that since the origin (R1)."""

    hours: int
    people: list[str]
    active: str | None = None
    position: int = 0
    shift: int = 0

    def settle(self, now: datetime) -> None:
        shift = (now - ORIGIN) // timedelta(hours=self.hours)
        passed, self.shift = shift - self.shift, shift
        if not self.people:
            self.active = None
            return
        if self.active is None:
            position = 0
        elif self.active in self.people:
            position = self.people.index(self.active) + passed
        else:
            position = (self.position if self.position < len(self.people) else 0) + passed
        self.position = position % len(self.people)
        self.active = self.people[self.position]

    def next_change(self) -> datetime:
        return ORIGIN + timedelta(hours=self.hours) * (self.shift + 1)


@dataclass
class Override:
    start: datetime
    end: datetime
    add: str | None
    remove: str | None

    def conflicts(self, other: "Override") -> bool:
        shared = {self.add, self.remove} & {other.add, other.remove} - {None}
        return bool(shared) and self.start < other.end and other.start < self.end


@dataclass
class Schedule:
    """A rotation between two full hours of every day (the whole day if they are 0 and 24), and overrides (S1, S2)."""

    rotation: Rotation
    begins: int = 0
    ends: int = 24
    overrides: list[Override] = field(default_factory=list)
    history: History = field(default_factory=History)

    def on_call(self, now: datetime) -> set[str]:
        people = {self.rotation.active} - {None} if self.begins <= now.hour < self.ends else set()
        for each in self.overrides:
            if each.start <= now < each.end and (each.add is None or each.remove is None or each.remove in people):
                people = people - {each.remove} | {each.add} - {None}
        return people
