"""What the intake counts, for Prometheus."""

from collections.abc import Iterable
from functools import cache
from typing import Literal, get_args

from prometheus_client import Counter

ReceivedOutcome = Literal["accepted", "quarantined", "quarantine_full", "rate_limited", "unavailable"]

_RECEIVED = Counter(
    "tocsin_received_total",
    "Requests with an integration key, by the type of the path and what came of them.",
    ["type", "outcome"],
)
_series = cache(_RECEIVED.labels)  # looking a series up takes a lock and costs more than counting does


def count_received(key_type: str, outcome: ReceivedOutcome) -> None:
    """Count a request."""
    _series(key_type, outcome).inc()


def show_types(key_types: Iterable[str]) -> None:
    """Show each outcome of these types as 0 from the start, or a rule for alerts would miss the first."""
    for key_type in key_types:
        for outcome in get_args(ReceivedOutcome):
            _series(key_type, outcome)
