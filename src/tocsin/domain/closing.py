"""When an open alert closes by itself, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.domain.escalation.state import AlertStatus


class ClosingReason(StrEnum):
    """Why an alert closes by itself."""

    UNTOUCHED = "untouched"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    """What decides. ``touched_at``: when the alert was last acted on, or until when it is acknowledged.

    ``recovered_at``: when its source asked to close it, which was put off since the alert flaps; ``last_seen_at``: when
    it was reported last. ``auto_close_after`` None: no alert of the service closes for being left alone.
    """

    status: AlertStatus
    touched_at: datetime
    last_seen_at: datetime
    recovered_at: datetime | None
    auto_close_after: timedelta | None
    flap_within: timedelta


@dataclass(frozen=True, slots=True)
class Closing:
    """The moment at which the alert closes, unless something happens to it before, and the reason."""

    at: datetime
    reason: ClosingReason


def closing_of(alert: ClosingFacts) -> Closing | None:
    """When the alert closes by itself; None: as things are, never.

    An alert whose source has put it right closes once it has stayed so for ``flap_within``; a report since counts as
    a new outbreak.
    """
    found: list[Closing] = []
    if alert.recovered_at is not None and alert.last_seen_at <= alert.recovered_at:
        found.append(Closing(alert.recovered_at + alert.flap_within, ClosingReason.RECOVERED))
    if alert.auto_close_after is not None:
        found.append(Closing(alert.touched_at + alert.auto_close_after, ClosingReason.UNTOUCHED))
    return None if alert.status == "closed" else min(found, key=lambda closing: closing.at, default=None)
