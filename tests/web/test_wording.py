"""What pages say in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.store.alerts import Reason
from tocsin.store.timeline import Entry
from tocsin.web.wording import done, sentence

ANN = {"type": "user", "id": "1", "name": "Ann", "ip": None}
UNTIL = {"until": "2030-01-31T10:00:00+02:00"}


@pytest.mark.parametrize(
    ("event", "reason", "actor", "meta", "said"),
    [
        ("acknowledged", None, ANN, {}, "acknowledged by Ann"),
        ("acknowledged", None, ANN, UNTIL, "acknowledged by Ann until 2030-01-31 08:00:00 UTC"),
        ("snoozed", None, ANN, UNTIL, "snoozed by Ann until 2030-01-31 08:00:00 UTC"),
        ("escalation_requested", None, ANN, {}, "asked to escalate now by Ann"),
        ("escalation_requested", None, ANN, {"step_number": 1}, "asked to escalate now by Ann, to step 2"),
        (
            "reopened",
            "acknowledgement_ran_out",
            None,
            {},
            "the acknowledgement ran out, it is triggered again",
        ),
        (
            "handed_over",
            "rounds_used_up",
            None,
            {"escalation_policy_id": "1"},
            "the policy is used up, its catch-all policy takes over",
        ),
    ],
)
def test_an_entry_of_the_timeline_in_words(
    event: str, reason: str | None, actor: dict[str, str | None] | None, meta: dict[str, Any], said: str
) -> None:
    assert sentence(Entry(datetime(2030, 1, 1, tzinfo=UTC), event, reason, actor, meta)) == said


@pytest.mark.parametrize("reason", Reason)
def test_every_outcome_of_a_link_is_told(reason: Reason) -> None:
    notice = done(reason)
    assert notice.heading
    assert notice.text.endswith(".")
