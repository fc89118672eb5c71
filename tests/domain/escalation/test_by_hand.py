"""What may be done to an alert as it is, and why not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.domain.escalation.by_hand import EscalationFacts, Seen, refuse_action, refuse_escalation

FACTS = EscalationFacts(
    status="triggered",
    state="escalating",
    step_number=1,
    escalation_count=2,
    version=5,
    held_until=None,
    has_steps=True,
)
CLOSED = {"status": "closed", "state": None, "step_number": None, "escalation_count": None, "version": None}
LATER = datetime(2030, 1, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "seen", "said"),
    [
        ({}, Seen(), None),
        ({}, Seen(version=5, escalation_count=2), None),
        ({}, Seen(version=4), "the alert has moved on: it is at step 2 now"),
        ({}, Seen(escalation_count=1), "the alert has moved on: it is at step 2 now"),
        ({"state": "acknowledged"}, Seen(version=4), "the alert has moved on: it is acknowledged now"),
        ({"step_number": None}, Seen(version=4), "the alert has moved on: it is at no step now"),
        (CLOSED, Seen(version=5), "the alert is closed"),
        ({"held_until": LATER, "has_steps": False}, Seen(version=4), "the alert has moved on: it is at step 2 now"),
        ({"has_steps": False}, Seen(), "the service's escalation policy has no steps"),
        (
            {"held_until": LATER},
            Seen(),
            "the service is in maintenance until 2030-01-31T08:00:00+00:00",
        ),
    ],
)
def test_why_an_alert_cannot_be_escalated(changes: dict[str, Any], seen: Seen, said: str | None) -> None:
    refusal = refuse_escalation(replace(FACTS, **changes), seen)
    assert (refusal and refusal.sentence(datetime.isoformat)) == said


def test_nothing_is_done_to_a_closed_alert_only() -> None:
    assert [refuse_action("triggered"), refuse_action("acknowledged"), refuse_action("closed")] == [
        None,
        None,
        "the alert is closed",
    ]
