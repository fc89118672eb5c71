"""When an open alert closes by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.closing import Closing, ClosingFacts, ClosingReason, closing_of
from tocsin.domain.escalation.state import AlertStatus

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)
DAY = timedelta(days=1)


def facts(
    recovered_at: datetime | None = None,
    auto_close_after: timedelta | None = None,
    last_seen_at: datetime = NOON,
    status: AlertStatus = "triggered",
) -> ClosingFacts:
    return ClosingFacts(status, max(NOON, last_seen_at), last_seen_at, recovered_at, auto_close_after, TEN)


@pytest.mark.parametrize(
    ("alert", "closing"),
    [
        (facts(), None),
        (facts(auto_close_after=DAY), Closing(NOON + DAY, ClosingReason.UNTOUCHED)),
        (facts(recovered_at=NOON), Closing(NOON + TEN, ClosingReason.RECOVERED)),
        (facts(recovered_at=NOON, auto_close_after=DAY), Closing(NOON + TEN, ClosingReason.RECOVERED)),
        (facts(recovered_at=NOON, last_seen_at=NOON + timedelta(seconds=1)), None),
        (facts(recovered_at=NOON - TEN, auto_close_after=DAY), Closing(NOON + DAY, ClosingReason.UNTOUCHED)),
        (facts(recovered_at=NOON, auto_close_after=DAY, status="closed"), None),
    ],
)
def test_an_alert_closes_by_itself(alert: ClosingFacts, closing: Closing | None) -> None:
    assert closing_of(alert) == closing
