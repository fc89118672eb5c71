"""What the engine counts, for Prometheus and for the engine's own page."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from prometheus_client import Counter, Histogram

from tocsin.domain.escalation.decisions import EscalationReason
from tocsin.engine.queue.job import Outcome

LATENESS = Histogram(
    "tocsin_lateness_seconds",
    "Acted minus due, by kind of job.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
OUTCOMES = Counter("tocsin_jobs_total", "Jobs run, by kind and by what they came to.", ["kind", "outcome"])


def show_zeroes(counter: Counter, *labels: Iterable[str]) -> None:
    """Show each combination of these labels as 0 from the start, or a rule for alerts would miss the first event."""
    for each in product(*labels):
        counter.labels(*each)


show_zeroes(OUTCOMES, ["alert"], [EscalationReason.ROUNDS_USED_UP, EscalationReason.NOBODY_ON_CALL])

# Looking a series up by its labels takes a lock and costs more than counting does. There are few of them.
_outcomes = cache(OUTCOMES.labels)
_lateness = cache(LATENESS.labels)


@dataclass(slots=True)
class Lateness:
    """The last thousand latenesses of each kind, in seconds, for a summary that people read."""

    recent: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=1000)))

    def observe(self, kind: str, outcome: Outcome) -> None:
        """Count one run."""
        _outcomes(kind, outcome.reason).inc()
        late = outcome.late_seconds
        if late is not None:
            _lateness(kind).observe(late)
            self.recent[kind].append(late)

    def summary(self) -> dict[str, dict[str, float]]:
        """Count, median, 99th percentile and maximum of each kind's last thousand."""
        return {kind: _summary(sorted(values)) for kind, values in self.recent.items() if values}


def _summary(values: list[float]) -> dict[str, float]:
    last = len(values) - 1
    return {
        "count": len(values),
        "p50_seconds": values[round(last * 0.5)],
        "p99_seconds": values[round(last * 0.99)],
        "max_seconds": values[last],
    }
