"""What the intake counts, for Prometheus."""

from collections.abc import Iterable
from functools import cache
from typing import Literal, get_args

from prometheus_client import Counter

from tocsin.domain.routing.route import Routed

ReceivedOutcome = Literal["accepted", "quarantined", "quarantine_full", "rate_limited", "unavailable"]

RoutedOutcome = Literal["unmatched", "matched", "suppressed"]

_RECEIVED = Counter(
    "tocsin_received_total",
    "Requests with an integration key, by the type of the path and what came of them.",
    ["type", "outcome"],
)
_ROUTED = Counter(
    "tocsin_routed_total",
    "Messages of integration keys that have routing rules, by what the first matching rule did with them.",
    ["outcome"],
)
_ROUTING_FAILURES = Counter(
    "tocsin_routing_failures_total", "Rules that could not be evaluated for a message, and so did not match."
)
for _outcome in get_args(RoutedOutcome):
    _ROUTED.labels(_outcome)
_series = cache(_RECEIVED.labels)  # looking a series up takes a lock and costs more than counting does


def count_received(key_type: str, outcome: ReceivedOutcome) -> None:
    """Count a request."""
    _series(key_type, outcome).inc()


def show_types(key_types: Iterable[str]) -> None:
    """Show each outcome of these types as 0 from the start, or a rule for alerts would miss the first."""
    for key_type in key_types:
        for outcome in get_args(ReceivedOutcome):
            _series(key_type, outcome)


def count_routed(routed: Routed) -> None:
    """Count what routing rules said of a message, and the rules that could not be evaluated."""
    _ROUTED.labels("suppressed" if routed.is_suppressed else "matched" if routed.rule else "unmatched").inc()
    _ROUTING_FAILURES.inc(len(routed.failures))
