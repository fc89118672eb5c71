"""What pages say in words."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.forecast.events import Ending, Event, EventKind, Forecast, Person
from tocsin.store.alerts.actions import ActionOutcome
from tocsin.store.alerts.forecast import ForecastNames, NamedForecast
from tocsin.store.alerts.timeline import TimelineEntry
from tocsin.web.alerts.alert_text import sentence
from tocsin.web.alerts.link_text import outcome
from tocsin.web.alerts.show import round_text
from tocsin.web.kit.forecast_text import forecast_text
from tocsin.web.kit.formatting import in_words

ANN = {"type": "user", "id": "1", "name": "Ann", "ip": None}
NOW = datetime(2030, 1, 1, tzinfo=UTC)
NOBODY = ForecastNames({}, {}, {}, {})
UNTIL = {"until": "2030-01-31T10:00:00+02:00"}


@pytest.mark.parametrize(
    ("event", "reason", "actor", "meta", "said"),
    [
        ("acknowledged", None, ANN, {}, "acknowledged by Ann"),
        ("acknowledged", None, ANN, UNTIL, "acknowledged by Ann until Thu 31 Jan 09:00"),
        ("duplicate_suppressed", None, ANN, {"count": 2}, "reported again by Ann"),
        ("duplicate_suppressed", None, ANN, {"severity": "info", "summary": "s"}, "reported again by Ann as info: s"),
        (
            "severity_changed",
            None,
            None,
            {"from": "warning", "to": "error"},
            "its severity rises from warning to error",
        ),
        (
            "delay_ended",
            None,
            None,
            UNTIL,
            "its delay until Thu 31 Jan 09:00 ends at once: it was reported again without one",
        ),
        ("snoozed", None, ANN, UNTIL, "snoozed by Ann until Thu 31 Jan 09:00"),
        ("escalation_requested", None, ANN, {}, "asked to escalate now by Ann"),
        ("escalation_requested", None, ANN, {"step_number": 1}, "asked to escalate now by Ann, to step 2"),
        (
            "page",
            "no SMTP server is configured (TOCSIN_SMTP_URL)",
            None,
            {"type": "email", "target": "Ann", "status": "failed"},
            "email to Ann: failed (no SMTP server is configured (TOCSIN_SMTP_URL))",
        ),
        (
            "reopened",
            "acknowledgement_ran_out",
            None,
            {},
            "the acknowledgement ran out, it is triggered again",
        ),
        ("closed", "untouched", None, {}, "closed by itself (left alone for as long as its service says)"),
        ("closed", "recovered", None, {}, "closed by itself (it has stopped flapping)"),
        ("closed", None, ANN, {}, "closed by Ann"),
        (
            "close_put_off",
            None,
            ANN,
            {"count": 3, "within_seconds": 600.0},
            "it flaps, and stays open until it is well: Ann closed it 3 times within 10 min",
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
    assert sentence(TimelineEntry(NOW, event, reason, actor, meta), ZoneInfo("Europe/Berlin"), NOW) == said


@pytest.mark.parametrize("reason", ActionOutcome)
def test_every_outcome_of_a_link_is_told(reason: ActionOutcome) -> None:
    link_text = outcome(reason)
    assert link_text.heading
    assert link_text.text.endswith(".")


def test_only_a_machine_word_loses_its_underscores() -> None:
    assert in_words("no_longer_on_call") == "no longer on call"
    assert in_words("no SMTP server is configured (TOCSIN_SMTP_URL)").endswith("(TOCSIN_SMTP_URL)")
    assert in_words("TOCSIN_SMTP_URL") == "TOCSIN_SMTP_URL"


@pytest.mark.parametrize(
    ("repeat", "gone", "said"),
    [
        (0, 0, "One round, then Night takes over"),
        (2, 0, "Then from the top, 2 more rounds, then Night takes over"),
        (2, 1, "Round 2 of 3, then from the top, 1 more round, then Night takes over"),
        (2, 2, "Round 3 of 3, the last, then Night takes over"),
        (2, 3, "Round 4, the last, then Night takes over"),
        (0, 1, "Round 2, the last, then Night takes over"),
        (None, 0, "Then from the top, for ever"),
        (None, 3, "Round 4, then from the top, for ever"),
    ],
)
def test_which_round_it_is_and_what_comes_after_it(repeat: int | None, gone: int, said: str) -> None:
    assert round_text(repeat, gone, "Night").text == said


def test_a_skipped_step_tells_whether_anybody_is_on_call_for_it() -> None:
    ann = Person(uuid4(), reachable=False)
    skips = [Event(at=NOW, kind=EventKind.STEP_SKIPPED, step_number=n, people=who) for n, who in enumerate(([], [ann]))]
    foreseen = NamedForecast(Forecast(NOW, Ending.EXHAUSTED, skips), NOBODY)
    assert [line.text for line in forecast_text(foreseen, 5).moments[0].lines] == [
        "Step 1 is skipped: nobody is on call for it",
        "Step 2 is skipped: nobody on it can be paged",
    ]


@pytest.mark.parametrize(
    ("events", "said"), [([EventKind.EXHAUSTED], ""), ([], "The policy is used up: nobody else is paged.")]
)
def test_that_the_policy_is_used_up_is_said_once(events: list[EventKind], said: str) -> None:
    happens = [Event(at=NOW, kind=kind) for kind in events]
    assert forecast_text(NamedForecast(Forecast(NOW, Ending.EXHAUSTED, happens), NOBODY), 5).ending == said
