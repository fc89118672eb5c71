"""How often somebody may try something: give their current password, send a test page."""

from collections import OrderedDict
from dataclasses import dataclass, field

Key = tuple[str, str | None]


@dataclass(slots=True)
class Attempts:
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
