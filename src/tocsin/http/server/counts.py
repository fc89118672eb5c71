"""What became of connections and requests that were not served, for Prometheus and for the log."""

from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from prometheus_client import Counter, Gauge

log: structlog.stdlib.BoundLogger = structlog.get_logger()

QUIET_SECONDS = 60


class CutOffCause(StrEnum):
    """Why a connection or a request ended without what its client wanted."""

    HEADERS_LATE = "headers_late"
    HEADERS_TOO_LARGE = "headers_too_large"
    BODY_LATE = "body_late"
    BODY_TOO_LARGE = "body_too_large"
    NOT_HTTP = "not_http"
    NOT_READ = "not_read"
    LEFT = "left"
    MADE_ROOM = "made_room"
    FULL = "full"
    ADDRESS_FULL = "address_full"


CONNECTIONS = Gauge("tocsin_http_connections", "Connections of clients that are open.")
CUT_OFF = Counter("tocsin_http_cut_off_total", "Connections and requests cut off, by cause.", ["cause"])
for _cause in CutOffCause:
    CUT_OFF.labels(_cause)


def count(cause: CutOffCause) -> None:
    """Count one, without a line in the log: a stranger could write as many as they like."""
    CUT_OFF.labels(cause).inc()


@dataclass(slots=True)
class Episodes:
    """Tells the log when connections begin to be cut off, and how many there were once that has stopped."""

    _since: dict[CutOffCause, int] = field(default_factory=dict)
    _last: dict[CutOffCause, float] = field(default_factory=dict)

    def note(self, cause: CutOffCause, address: str, now: float) -> None:
        """Count one. The first of an episode is logged, with the address that it came from."""
        count(cause)
        if cause not in self._since:
            log.warning("clients_cut_off", cause=str(cause), first_address=address)
        self._since[cause] = self._since.get(cause, 0) + 1
        self._last[cause] = now

    def settle(self, now: float) -> None:
        """End the episodes in which nothing has happened for a minute."""
        for cause in [cause for cause, last in self._last.items() if now - last >= QUIET_SECONDS]:
            del self._last[cause]
            log.warning("clients_cut_off_no_more", cause=str(cause), count=self._since.pop(cause))
