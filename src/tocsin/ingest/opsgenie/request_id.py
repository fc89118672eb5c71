"""The id of a request, which says itself what became of the request: nothing has to be kept to tell it later.

It is a UUID of version 8 (RFC 9562, section 5.8): 48 bits of milliseconds since 1970, an action, whether it was done,
and the number of the alert. It is no secret: whoever asks about it needs a key of the alert's service.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

ACTIONS: Sequence[str] = (
    "Create",
    "Delete",
    "Close",
    "Acknowledge",
    "UnAcknowledge",
    "Snooze",
    "AddNote",
    "EscalateToNext",
    "Custom Action",
)
"""Opsgenie's names of what a request may ask for. Their order is what ids hold: only add at the end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION, _VARIANT = 8, 0b10
_MOST_ALERTS = 2**62


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """What became of a request; alert 0 when there was none to act on, or a routing rule suppressed what it creates."""

    action: str
    alert_id: int
    at: datetime

    @property
    def is_success(self) -> bool:
        return self.alert_id != 0 or self.action == "Create"


def write_id(outcome: RequestOutcome) -> UUID:
    """The id of a request with this outcome; times are kept to the millisecond."""
    milliseconds = (outcome.at - _EPOCH) // timedelta(milliseconds=1) % 2**48
    action = ACTIONS.index(outcome.action)
    high = milliseconds << 16 | _VERSION << 12 | action
    return UUID(int=high << 64 | _VARIANT << 62 | outcome.alert_id % _MOST_ALERTS)


def read_id(text: str) -> RequestOutcome | None:
    """The outcome in an id; None when it is none of ours."""
    try:
        number = UUID(text).int
    except ValueError:
        return None
    high, low = number >> 64, number % 2**64
    action = high % 2**12
    if high >> 12 & 0xF != _VERSION or low >> 62 != _VARIANT or action >= len(ACTIONS):
        return None
    return RequestOutcome(ACTIONS[action], low % _MOST_ALERTS, _EPOCH + timedelta(milliseconds=high >> 16))
