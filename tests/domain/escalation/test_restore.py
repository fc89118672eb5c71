"""What the last move of an alert says about its state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.escalation.restore import contradicts, restore
from tocsin.domain.escalation.state import EscalationState, State

NOW = datetime(2026, 1, 14, 18, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(days=10)
POLICY, STEP = UUID(int=1), UUID(int=100)

ESCALATING = EscalationState("triggered", "escalating", POLICY, STEP, 0, 2, SOON)
NOBODY = EscalationState("triggered", "nobody", POLICY, loop_count=1, next_escalation=SOON)
EXHAUSTED = replace(ESCALATING, state="exhausted", next_escalation=None)
HELD = replace(ESCALATING, state="maintenance", next_escalation=None)
NEW = EscalationState("triggered", "new", POLICY, next_escalation=NOW)
STATES: tuple[State, ...] = ("new", "escalating", "nobody", "exhausted", "no_steps", "maintenance", "acknowledged")


@pytest.mark.parametrize("moved", [ESCALATING, NOBODY, EXHAUSTED, HELD, NEW])
def test_a_triggered_alert_stands_where_its_last_move_left_it(moved: EscalationState) -> None:
    assert restore(moved) == moved


@pytest.mark.parametrize("ends", [None, LATER])
def test_an_acknowledged_alert_is_held_on_its_step_for_as_long_as_that_holds(ends: datetime | None) -> None:
    moved = replace(ESCALATING, status="acknowledged", acknowledgement_ends=ends)
    assert restore(moved) == replace(moved, state="acknowledged", next_escalation=ends)


@pytest.mark.parametrize(
    ("alert", "moved", "expected"),
    [
        (ESCALATING, ESCALATING, None),
        (replace(ESCALATING, next_escalation=LATER), ESCALATING, "due_too_late"),
        (replace(ESCALATING, next_escalation=None), ESCALATING, "due_too_late"),
        (replace(ESCALATING, next_escalation=NOW), ESCALATING, None),
        (replace(NOBODY, next_escalation=LATER), NOBODY, "due_too_late"),
        (replace(NEW, next_escalation=LATER), NEW, "due_too_late"),
        (EXHAUSTED, ESCALATING, "not_exhausted"),
        (EXHAUSTED, NEW, "not_exhausted"),
        (EXHAUSTED, EXHAUSTED, None),
        (HELD, HELD, None),
        (replace(ESCALATING, next_escalation=LATER, forced=True), ESCALATING, None),
        (replace(ESCALATING, state="acknowledged", next_escalation=LATER), ESCALATING, None),
        (replace(EXHAUSTED, status="acknowledged"), ESCALATING, None),
    ],
)
def test_a_state_says_otherwise_than_the_last_move(
    alert: EscalationState, moved: EscalationState, expected: str | None
) -> None:
    assert contradicts(alert, moved) == expected


@given(st.sampled_from(STATES), st.sampled_from([None, NOW, SOON]), st.sampled_from(["triggered", "acknowledged"]))
def test_what_is_restored_says_nothing_otherwise(state: State, due: datetime | None, status: str) -> None:
    moved = replace(ESCALATING, status=status, state=state, next_escalation=due)
    assert contradicts(restore(moved), moved) is None
