"""What the watch counts, for Prometheus."""

from prometheus_client import Counter

from tocsin.engine.metrics import show_zeroes

PINGS = Counter("tocsin_deadman_pings_total", "Requests to the dead man's switch, by what came of them.", ["outcome"])
NOTIFIED = Counter("tocsin_operators_told_total", "Messages to the operators, by what came of them.", ["outcome"])

show_zeroes(PINGS, ["sent", "failed", "withheld"])
show_zeroes(NOTIFIED, ["sent", "failed"])
