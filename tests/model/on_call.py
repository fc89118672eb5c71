"""Who is on call, told as naively as possible: full hours on the clocks of Berlin, looked at minute by minute."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
ORIGIN = datetime(2027, 1, 4)  # noqa: DTZ001 - what the clocks show
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@cache
def moments(wall: datetime) -> Sequence[datetime]:
    """When the clocks come to show ``wall``, or jump past it: twice where they are put back."""
    instants = [wall.replace(tzinfo=UTC) + n * MINUTE for n in range(-180, 60)]
    shown = [at.astimezone(BERLIN).replace(tzinfo=None) for at in instants]
    return [instants[n] for n in range(1, len(shown)) if shown[n - 1] < wall <= shown[n]]


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
    """One-person shifts of so many hours, handed off when clocks first show a full multiple of that (R1)."""

    hours: int
    people: list[str]
    active: str | None = None
    position: int = 0
    looked: datetime = field(init=False)
    changed: datetime = field(init=False)

    def settle(self, now: datetime) -> None:
        passed = self._passed(self.looked if self.active else self.changed, now)
        self.looked = now
        if not self.people:
            self.active = None
            return
        if self.active is None:
            position = passed
        elif self.active in self.people:
            position = self.people.index(self.active) + passed
        else:
            position = (self.position if self.position < len(self.people) else 0) + passed
        self.position = position % len(self.people)
        self.active = self.people[self.position]

    def at(self, then: datetime) -> str | None:
        """Who was active then, since the last change and up to the last look."""
        if self.active is None:
            return None
        return self.people[(self.position - self._passed(then, self.looked)) % len(self.people)]

    def _passed(self, after: datetime, until: datetime) -> int:
        return sum(after < at <= until for at in self._handoffs(after, until))

    def next_change(self) -> datetime:
        until = self.looked + (self.hours + 2) * HOUR
        return min(at for at in self._handoffs(self.looked, until) if at > self.looked)

    def _handoffs(self, after: datetime, until: datetime) -> set[datetime]:
        """Those in between, and some around. Hours that are skipped fall into one moment."""
        first, last = ((at.replace(tzinfo=None) - ORIGIN) // (self.hours * HOUR) for at in (after, until))
        return {moments(ORIGIN + n * self.hours * HOUR)[0] for n in range(first - 2, last + 4)}


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
    """A rotation between two full hours of every day (the whole day if they are 0 and 24), and overrides (S1, S2).

    It does not end at an hour that comes twice.
    """

    rotation: Rotation
    begins: int = 0
    ends: int = 24
    overrides: list[Override] = field(default_factory=list)
    history: History = field(default_factory=History)

    def on_call(self, now: datetime) -> set[str]:
        people = {self.rotation.at(now)} - {None} if self.begins <= now.astimezone(BERLIN).hour < self.ends else set()
        for each in self.overrides:
            if each.start <= now < each.end and (each.add is None or each.remove is None or each.remove in people):
                people = people - {each.remove} | {each.add} - {None}
        return people

    def passed(self, since: datetime, now: datetime) -> list[datetime]:
        """Moments from ``since`` to now at which its answer may have changed, and both of them."""
        hours = [since.replace(minute=0) + n * HOUR for n in range((now - since) // HOUR + 2)]
        edges = [edge for each in self.overrides for edge in (each.start, each.end)]
        return sorted({since, now, *(at for at in (*hours, *edges) if since < at < now)})

    def edges(self, now: datetime) -> list[datetime]:
        """Moments around now at which its answer may change by itself."""
        midnight = now.replace(tzinfo=None, hour=0, minute=0)
        hours = [day * 24 + hour for day in (0, 1) for hour in (self.begins, self.ends)]
        of_overrides = [edge for each in self.overrides for edge in (each.start, each.end)]
        return [*of_overrides, *(moments(midnight + hour * HOUR)[0] for hour in hours)]
