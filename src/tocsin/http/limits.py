"""How often somebody may try something: guess passwords, give their current one, send test pages.

Guessing at the sign-in gets slower for each account, from wherever, and for each address, whichever account. It locks
nobody out: somebody who comes with a session of theirs, or from an address where they are signed in, is slowed by what
failed there only.

The counts are of this process. In the database every guess would be a write that anybody on the network could cause;
several web processes on one database let through as many times more, which is still few.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.errors import TooManyRequests

Key = tuple[str, str | None]


@dataclass(slots=True)
class AttemptLimit:
    """Attempts by key, of this process. Times are those of a monotonic clock, in seconds.

    Up to ``allowed`` within ``window`` are fine. The least recently seen are forgotten beyond ``remembered``,
    so that guessing cannot fill the memory.
    """

    allowed: int = 10
    window: float = 300.0
    remembered: int = 10_000
    _failures: OrderedDict[Key, list[float]] = field(default_factory=OrderedDict)

    def wait(self, key: Key, now: float) -> float:
        """Seconds until the key may try again; 0 when it may."""
        recent = self._recent(key, now)
        return recent[-self.allowed] + self.window - now if len(recent) >= self.allowed else 0.0

    def begin(self, key: Key, now: float) -> None:
        """Count an attempt as failed until it succeeds, so that many at once count too."""
        self._failures[key] = [*self._recent(key, now), now]
        self._failures.move_to_end(key)
        while len(self._failures) > self.remembered:
            self._failures.popitem(last=False)

    def succeed(self, key: Key) -> None:
        """Forget what failed before."""
        self._failures.pop(key, None)

    def _recent(self, key: Key, now: float) -> list[float]:
        return [at for at in self._failures.get(key, ()) if at > now - self.window]


@dataclass(slots=True)
class Slowdown:
    """A wait after each failure beyond ``free`` of one key, twice as long each time. Times in seconds, monotonic.

    Failures are forgotten ``memory`` after the last one, and of the least recent keys beyond ``remembered``, so that
    guessing cannot fill the memory.
    """

    free: int
    first: float
    longest: float
    memory: float = 900.0
    remembered: int = 10_000
    _failures: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, key: str, now: float) -> float:
        """Until the key may try again; 0 when it may."""
        count, last = self._recent(key, now)
        if count < self.free:
            return 0.0
        delay = min(self.longest, self.first * 2.0 ** min(count - self.free, 30))
        return max(0.0, last + delay - now)

    def begin(self, key: str, now: float) -> None:
        """Count an attempt as failed until it turns out otherwise, so that many at once count too."""
        count, _ = self._recent(key, now)
        self._failures[key] = (count + 1, now)
        self._failures.move_to_end(key)
        while len(self._failures) > self.remembered:
            self._failures.popitem(last=False)

    def fail(self, key: str, now: float) -> None:
        """The attempt begun has failed: the wait counts from now, however long that took to find out."""
        self._failures[key] = (self._recent(key, now)[0], now)

    def take_back(self, key: str, now: float) -> None:
        """Take the attempt back that was begun; the failures before it stay."""
        count, last = self._recent(key, now)
        self._failures[key] = (max(0, count - 1), last)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)

    def _recent(self, key: str, now: float) -> tuple[int, float]:
        count, last = self._failures.get(key, (0, now))
        return (count, last) if now - last < self.memory else (0, now)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """A sign-in: for which account, from where, and by which session or address of theirs the caller is known."""

    email: str
    ip: str | None
    known_as: str | None = None


@dataclass(slots=True)
class SignInLimits:
    """What slows sign-ins down, by account, by address, and for those who are known."""

    accounts: Slowdown = field(default_factory=lambda: Slowdown(free=10, first=15, longest=300))
    addresses: Slowdown = field(default_factory=lambda: Slowdown(free=50, first=5, longest=60))
    known: Slowdown = field(default_factory=lambda: Slowdown(free=10, first=15, longest=300))

    def begin(self, attempt: SignInAttempt) -> None:
        """Count the attempt. Raises TooManyRequests when it comes too soon."""
        now = time.monotonic()
        keys = self._keys(attempt)
        if wait := max(slowdown.wait(key, now) for slowdown, key in keys):
            raise TooManyRequests("too many failed sign-ins; try again later", wait)
        for slowdown, key in keys:
            slowdown.begin(key, now)

    def fail(self, attempt: SignInAttempt) -> None:
        """The password was wrong."""
        for slowdown, key in self._keys(attempt):
            slowdown.fail(key, time.monotonic())

    def take_back(self, attempt: SignInAttempt) -> None:
        """Take the attempt back: the password was not checked."""
        for slowdown, key in self._keys(attempt):
            slowdown.take_back(key, time.monotonic())

    def succeed(self, attempt: SignInAttempt) -> None:
        """Forget what failed for the account; what others tried from the address stays."""
        for slowdown, key in self._keys(attempt):
            if slowdown is self.addresses:
                slowdown.take_back(key, time.monotonic())
            else:
                slowdown.forget(key)

    def _keys(self, attempt: SignInAttempt) -> Sequence[tuple[Slowdown, str]]:
        if attempt.known_as is not None:
            return [(self.known, attempt.known_as)]
        return [(self.accounts, attempt.email.lower()), (self.addresses, network_of(attempt.ip))]


def network_of(ip: str | None) -> str:
    """The address that one machine has: of IPv6 the first 64 bits, since a machine chooses the others."""
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return ip or ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
