"""How much one key may send: a burst at once, and so many messages a second in the long run.

A sender that has gone wrong is slowed down before it keeps other senders waiting. Each process has buckets of its own,
so several web processes let through as many times more: a bucket in the database would cost each alert a write.
"""

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(slots=True)
class RateLimit:
    """A bucket for each key, which holds ``burst`` messages and fills by ``rate`` a second.

    Times are those of a monotonic clock, in seconds. The least recently seen keys are forgotten beyond ``remembered``,
    so that senders who guess keys cannot fill the memory.
    """

    rate: float
    burst: float
    remembered: int = 10_000
    _buckets: OrderedDict[bytes, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: bytes, count: int, now: float) -> float:
        """0, and the messages are taken from the bucket; or the seconds until the key may send again.

        A request with more messages than the bucket holds is let through when the bucket is not empty, and the key
        waits longer afterwards: it could never be sent otherwise.
        """
        level, at = self._buckets.pop(key, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.rate)
        may_send = level >= 1
        self._buckets[key] = (level - count if may_send else level, now)
        if len(self._buckets) > self.remembered:
            self._buckets.popitem(last=False)
        return 0.0 if may_send else (1 - level) / self.rate
