"""How long to wait before trying again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits from ``first`` on, doubling, never longer than ``longest``, shortened by up to ``jitter``."""

    first: timedelta
    longest: timedelta
    jitter: float = 0.25

    def wait(self, failures: int, chance: float) -> timedelta:
        """The wait after ``failures`` failures (1 or more); ``chance`` in [0, 1) spreads those that failed together.

        Total: any number of failures gives a wait within the bounds. The exponent is clamped before the power is
        taken, so nothing can overflow.
        """
        doublings = min(max(failures, 1) - 1, 62)
        seconds = min(self.first.total_seconds() * 2**doublings, self.longest.total_seconds())
        return timedelta(seconds=seconds * (1 - self.jitter * chance))
