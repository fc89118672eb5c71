"""A1 to A10 and M1 as tables: where an alert stands, and what it does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.domain.escalation.apply import apply
from tocsin.domain.escalation.decide import decide, unprompted
from tocsin.domain.escalation.decisions import (
    Enter,
    EscalationDecision,
    EscalationReason,
    Exhaust,
    FoundNobody,
    HandOver,
    Hold,
    Renew,
    Reopen,
    Skipped,
    Stop,
    Wait,
)
from tocsin.domain.escalation.policy import OnCallUser, ResolvedPolicy, ResolvedStep
from tocsin.domain.escalation.state import EscalationState

NOW = datetime(2026, 1, 14, 18, tzinfo=UTC)
DELAY = timedelta(minutes=5)
SOON = NOW + timedelta(minutes=1)
POLICY, OTHER = UUID(int=1), UUID(int=2)
ANN = OnCallUser(UUID(int=10), reachable=True)
SILENT = OnCallUser(UUID(int=11), reachable=False)
ROOM = UUID(int=20)


def step(number: int, *users: OnCallUser, channels: Sequence[UUID] = (), wait: bool = False) -> ResolvedStep:
    return ResolvedStep(UUID(int=100 + number), DELAY, users, channels, if_nobody="wait" if wait else "skip")


def policy(*steps: ResolvedStep, repeat: int | None = 0) -> ResolvedPolicy:
    return ResolvedPolicy(POLICY, repeat, steps)


def at(number: int, *, loop: int = 0, due: datetime | None = NOW) -> EscalationState:
    """An alert on step ``number`` whose delay has passed."""
    return EscalationState("triggered", "escalating", POLICY, UUID(int=100 + number), number, loop, due)


FIRST, SECOND, THIRD = step(0, ANN), step(1, ANN), step(2, ANN)
THREE = policy(FIRST, SECOND, THIRD)
NEW = EscalationState("triggered", "new", POLICY, next_escalation=NOW)
NO_STEPS = EscalationState("triggered", "no_steps", POLICY)
EXHAUSTED = replace(at(2, due=None), state="exhausted")
HELD = replace(at(0, due=None), state="maintenance")
NOBODY = EscalationState("triggered", "nobody", POLICY, loop_count=1, next_escalation=NOW)


IN_MAINTENANCE = Hold("maintenance", EscalationReason.IN_MAINTENANCE, POLICY)


def enter(
    reason: EscalationReason, number: int, loop: int = 0, *, of: ResolvedPolicy = THREE, skipped: Sequence[Skipped] = ()
) -> Enter:
    return Enter(reason, of.id, of.steps[number], number, loop, list(skipped))


TABLE: list[tuple[str, EscalationState, ResolvedPolicy, EscalationDecision]] = [
    ("a1 a new alert enters step 0", NEW, THREE, enter(EscalationReason.FIRST_STEP, 0)),
    ("a1 one that is delayed waits", replace(NEW, next_escalation=SOON), THREE, Wait(EscalationReason.NOT_DUE, SOON)),
    (
        "a1 whatever its policy becomes meanwhile",
        replace(NEW, next_escalation=SOON, policy_id=OTHER),
        THREE,
        Wait(EscalationReason.NOT_DUE, SOON),
    ),
    (
        "a1 but for who asks",
        replace(NEW, next_escalation=SOON, forced=True),
        THREE,
        enter(EscalationReason.ESCALATED_BY_HAND, 0),
    ),
    ("a1 without steps it stands still", NEW, policy(), Hold("no_steps", EscalationReason.NO_STEPS, POLICY)),
    ("a3 its delay has passed", at(0), THREE, enter(EscalationReason.DELAY_PASSED, 1)),
    ("a3 its delay has not passed", at(0, due=SOON), THREE, Wait(EscalationReason.NOT_DUE, SOON)),
    ("a3 the last round is over", at(2), THREE, Exhaust(EscalationReason.ROUNDS_USED_UP, POLICY, [])),
    ("a3 a further round", at(2), replace(THREE, repeat=1), enter(EscalationReason.DELAY_PASSED, 0, 1)),
    (
        "a3 no further than repeat",
        at(2, loop=1),
        replace(THREE, repeat=1),
        Exhaust(EscalationReason.ROUNDS_USED_UP, POLICY, []),
    ),
    ("a3 for ever", at(2, loop=999), replace(THREE, repeat=None), enter(EscalationReason.DELAY_PASSED, 0, 1000)),
    ("a3 exhausted stays so", EXHAUSTED, THREE, Wait(EscalationReason.NOTHING_TO_DO)),
    ("a4 acknowledged", replace(at(0), status="acknowledged"), THREE, Stop(EscalationReason.ACKNOWLEDGED)),
    (
        "a4 triggered again, whatever its state says",
        replace(at(1, due=None), state="acknowledged"),
        THREE,
        enter(EscalationReason.ACKNOWLEDGEMENT_RAN_OUT, 1),
    ),
    ("a4 closed", replace(at(0), status="closed"), THREE, Stop(EscalationReason.CLOSED)),
    (
        "a5 by hand before it is due",
        replace(at(0, due=SOON), forced=True),
        THREE,
        enter(EscalationReason.ESCALATED_BY_HAND, 1),
    ),
    ("a5 by hand it wraps", replace(EXHAUSTED, forced=True), THREE, enter(EscalationReason.ESCALATED_BY_HAND, 0, 1)),
    ("a5 a round begun by hand is climbed", at(0, loop=1), THREE, enter(EscalationReason.DELAY_PASSED, 1, 1)),
    ("a5 and ends like any", at(2, loop=1), THREE, Exhaust(EscalationReason.ROUNDS_USED_UP, POLICY, [])),
    (
        "a6 the current step is gone",
        at(1, due=SOON),
        policy(FIRST, THIRD),
        enter(EscalationReason.STEP_DELETED, 1, of=policy(FIRST, THIRD)),
    ),
    ("a6 it was the last", at(2, due=SOON), policy(FIRST, SECOND), enter(EscalationReason.STEP_DELETED, 0)),
    (
        "a6 an earlier step is gone",
        at(1),
        policy(SECOND, THIRD),
        enter(EscalationReason.DELAY_PASSED, 1, of=policy(SECOND, THIRD)),
    ),
    ("a6 steps are added", NO_STEPS, THREE, enter(EscalationReason.STEPS_ADDED, 0)),
    ("a6 there are still none", NO_STEPS, policy(), Wait(EscalationReason.NO_STEPS)),
    ("a6 all steps are gone", at(1, due=SOON), policy(), Hold("no_steps", EscalationReason.NO_STEPS, POLICY)),
    ("a6 a deleted step does not wake the exhausted", EXHAUSTED, policy(FIRST), Wait(EscalationReason.NOTHING_TO_DO)),
    (
        "a7 another policy",
        replace(at(2, loop=3, due=SOON), policy_id=OTHER),
        THREE,
        enter(EscalationReason.POLICY_CHANGED, 0),
    ),
    ("a7 its policy is deleted", replace(at(2), policy_id=None), THREE, enter(EscalationReason.POLICY_CHANGED, 0)),
    ("a7 exhausted on another", replace(EXHAUSTED, policy_id=OTHER), THREE, enter(EscalationReason.POLICY_CHANGED, 0)),
    (
        "m1 in maintenance",
        replace(NEW, maintenance_until=SOON),
        THREE,
        Hold("maintenance", EscalationReason.IN_MAINTENANCE, POLICY),
    ),
    ("m1 still in it", replace(HELD, maintenance_until=SOON), THREE, Wait(EscalationReason.IN_MAINTENANCE)),
    ("m1 not due in it", replace(at(0, due=SOON), maintenance_until=SOON), THREE, Wait(EscalationReason.NOT_DUE, SOON)),
    ("m2 it ends now", replace(HELD, maintenance_until=NOW), THREE, enter(EscalationReason.MAINTENANCE_OVER, 1)),
    ("m3 it is cleared", HELD, THREE, enter(EscalationReason.MAINTENANCE_OVER, 1)),
    ("a8 looked again", NOBODY, replace(THREE, repeat=1), enter(EscalationReason.LOOKED_AGAIN, 0, 1)),
]


@pytest.mark.parametrize(("alert", "on", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_an_alert_does(alert: EscalationState, on: ResolvedPolicy, expected: EscalationDecision) -> None:
    assert decide(alert, on, NOW) == expected


DRIFTS: list[tuple[str, EscalationState, ResolvedPolicy, EscalationReason | None]] = [
    ("a state that fits", at(0, due=SOON), THREE, None),
    ("its moment has come", at(0), THREE, None),
    ("its moment has come, and its step is gone", at(2), policy(FIRST), None),
    ("closed", replace(at(0, due=SOON), status="closed"), THREE, EscalationReason.CLOSED),
    ("acknowledged", replace(at(0, due=SOON), status="acknowledged"), THREE, EscalationReason.ACKNOWLEDGED),
    (
        "acknowledged, and its state says so",
        replace(at(0, due=None), status="acknowledged", state="acknowledged"),
        THREE,
        None,
    ),
    (
        "acknowledged until another moment",
        replace(at(0, due=None), status="acknowledged", state="acknowledged", acknowledgement_ends=SOON),
        THREE,
        EscalationReason.ACK_TIMEOUT_CHANGED,
    ),
    (
        "triggered again",
        replace(at(0, due=SOON), state="acknowledged"),
        THREE,
        EscalationReason.ACKNOWLEDGEMENT_RAN_OUT,
    ),
    ("another policy", replace(at(0, due=SOON), policy_id=OTHER), THREE, EscalationReason.POLICY_CHANGED),
    (
        "another policy, without steps",
        replace(at(0, due=SOON), policy_id=OTHER),
        policy(),
        EscalationReason.POLICY_CHANGED,
    ),
    ("its step is gone", at(2, due=SOON), policy(FIRST), EscalationReason.STEP_DELETED),
    ("all steps are gone", at(2, due=SOON), policy(), EscalationReason.STEP_DELETED),
    ("somebody can be paged", replace(NOBODY, next_escalation=SOON), THREE, EscalationReason.LOOKED_AGAIN),
    ("nobody can be paged", replace(NOBODY, next_escalation=SOON), policy(step(0)), None),
    ("exhausted", EXHAUSTED, THREE, None),
    ("held, which its service's job sees to", HELD, THREE, None),
    ("without steps, which its policy's job sees to", NO_STEPS, THREE, None),
]


@pytest.mark.parametrize(("alert", "on", "expected"), [row[1:] for row in DRIFTS], ids=[row[0] for row in DRIFTS])
def test_what_nothing_told_of_shows(
    alert: EscalationState, on: ResolvedPolicy, expected: EscalationReason | None
) -> None:
    assert unprompted(alert, on, NOW) == expected


def test_a8_empty_steps_are_skipped_with_those_who_cannot_be_reached() -> None:
    on = policy(step(0), step(1, SILENT), step(2, channels=[ROOM]))
    skipped = [Skipped(0, []), Skipped(1, [SILENT.id])]
    assert decide(NEW, on, NOW) == enter(EscalationReason.FIRST_STEP, 2, of=on, skipped=skipped)


def test_a8_a_step_that_waits_is_entered_although_nobody_is_there() -> None:
    on = policy(step(0, SILENT, wait=True), step(1, ANN))
    assert decide(NEW, on, NOW) == enter(EscalationReason.FIRST_STEP, 0, of=on)


def test_a8_skipping_past_the_last_step_begins_a_round() -> None:
    on = policy(step(0, ANN), step(1), step(2), repeat=1)
    assert decide(at(0), on, NOW) == enter(
        EscalationReason.DELAY_PASSED, 0, 1, of=on, skipped=[Skipped(1, []), Skipped(2, [])]
    )


def test_a8_skipping_past_the_last_step_of_the_last_round_is_the_end() -> None:
    on = policy(step(0, ANN), step(1))
    assert decide(at(0), on, NOW) == Exhaust(EscalationReason.ROUNDS_USED_UP, POLICY, [Skipped(1, [])])


@pytest.mark.parametrize("repeat", [1, None])
def test_a8_a_round_without_anybody_is_looked_at_again_after_its_time(repeat: int | None) -> None:
    on = policy(step(0), step(1), repeat=repeat)
    assert decide(NEW, on, NOW) == FoundNobody(POLICY, 2 * DELAY, 1, [Skipped(0, []), Skipped(1, [])])


def test_a8_the_last_round_without_anybody_is_the_end() -> None:
    on = policy(step(0), step(1), repeat=1)
    assert decide(NOBODY, on, NOW) == Exhaust(EscalationReason.NOBODY_ON_CALL, POLICY, [Skipped(0, []), Skipped(1, [])])


# Properties, over any state on any policy.

STEPS = st.lists(st.tuples(st.sampled_from([(), (ANN,), (SILENT,), (SILENT, ANN)]), st.booleans()), max_size=4).map(
    lambda found: [step(number, *users, wait=wait) for number, (users, wait) in enumerate(found)]
)
POLICIES = st.builds(ResolvedPolicy, st.just(POLICY), st.none() | st.integers(0, 3), STEPS)
MOMENTS = st.none() | st.sampled_from([NOW - timedelta(days=3), NOW, SOON])
STATES = st.builds(
    EscalationState,
    status=st.sampled_from(["triggered", "acknowledged", "closed"]),
    state=st.sampled_from(["new", "escalating", "nobody", "exhausted", "no_steps", "maintenance", "acknowledged"]),
    policy_id=st.sampled_from([POLICY, OTHER, None]),
    step_id=st.none() | st.integers(100, 105).map(lambda number: UUID(int=number)),
    step_number=st.none() | st.integers(0, 5),
    loop_count=st.integers(0, 5),
    next_escalation=MOMENTS,
    forced=st.booleans(),
    maintenance_until=MOMENTS,
    acknowledgement_ends=MOMENTS,
)


@given(STATES, POLICIES)
def test_deciding_is_total_and_what_is_done_is_not_done_again(alert: EscalationState, on: ResolvedPolicy) -> None:
    decision = decide(alert, on, NOW)
    assume(not isinstance(decision, Reopen))
    again = decide(apply(alert, decision, NOW), on, NOW)
    if alert.status == "closed":
        assert again == decision
    elif alert.status == "acknowledged":
        assert isinstance(again, Stop | Reopen)
    else:
        assert isinstance(again, Wait)


@pytest.mark.parametrize("ends", [None, NOW - timedelta(days=3), SOON])
def test_an_acknowledgement_follows_what_its_service_says_now(ends: datetime | None) -> None:
    taken = replace(at(1, due=NOW), status="acknowledged", state="acknowledged", acknowledgement_ends=ends)
    assert decide(taken, THREE, NOW) == Renew(ends)


def test_an_acknowledgement_that_runs_out_enters_the_same_step_again() -> None:
    taken = replace(at(1, due=NOW), status="acknowledged", state="acknowledged")
    acknowledged = replace(taken, acknowledgement_ends=NOW)
    longer = replace(taken, next_escalation=SOON, acknowledgement_ends=SOON)
    assert decide(longer, THREE, NOW) == Stop(EscalationReason.ACKNOWLEDGED, SOON)
    assert decide(acknowledged, THREE, NOW) == Reopen()
    reopened = replace(acknowledged, status="triggered")
    assert decide(reopened, THREE, NOW) == enter(EscalationReason.ACKNOWLEDGEMENT_RAN_OUT, 1)
    held = Hold("maintenance", EscalationReason.IN_MAINTENANCE, POLICY, enters_again=True)
    assert decide(replace(reopened, maintenance_until=SOON), THREE, NOW) == held
    assert decide(replace(reopened, state="maintenance", step_id=None), THREE, NOW) == enter(
        EscalationReason.MAINTENANCE_OVER, 1
    )


def test_a_used_up_policy_hands_over_to_its_catch_all_once() -> None:
    caught_by = replace(THREE, catch_all_id=OTHER)
    decision = decide(at(2, due=NOW), caught_by, NOW)
    assert decision == HandOver(EscalationReason.ROUNDS_USED_UP, OTHER, [])
    assert decide(replace(at(2, due=NOW), caught=True), caught_by, NOW) == Exhaust(
        EscalationReason.ROUNDS_USED_UP, POLICY, []
    )


def test_escalating_to_a_chosen_step_enters_that_one() -> None:
    chosen = replace(at(0, due=SOON), forced=True, forced_step=THREE.steps[2].id)
    assert decide(chosen, THREE, NOW) == enter(EscalationReason.ESCALATED_BY_HAND, 2)


@given(STATES, POLICIES)
def test_one_decision_enters_one_step_and_passes_over_none_that_would_page(
    alert: EscalationState, on: ResolvedPolicy
) -> None:
    decision = decide(alert, on, NOW)
    if isinstance(decision, Enter):
        assert decision.step is on.steps[decision.step_number]
        assert decision.step.pages_somebody or decision.step.if_nobody == "wait"
    for skip in getattr(decision, "skipped", ()):
        assert not on.steps[skip.step_number].pages_somebody


@given(STATES, POLICIES)
def test_a_decision_looks_at_each_step_once_at_most(alert: EscalationState, on: ResolvedPolicy) -> None:
    skipped = [skip.step_number for skip in getattr(decide(alert, on, NOW), "skipped", ())]
    assert len(skipped) == len(set(skipped))


@given(STATES, POLICIES)
def test_no_round_beyond_repeat_begins_by_itself(alert: EscalationState, on: ResolvedPolicy) -> None:
    decision = decide(alert, on, NOW)
    if isinstance(decision, Enter | FoundNobody) and not alert.forced and on.repeat is not None:
        assert decision.loop_count <= max(on.repeat, alert.loop_count)


@given(STATES, POLICIES)
def test_nothing_moves_in_maintenance_nor_when_somebody_has_it(alert: EscalationState, on: ResolvedPolicy) -> None:
    decision = decide(alert, on, NOW)
    ends = alert.acknowledgement_ends
    if alert.status == "acknowledged" and alert.state == "acknowledged" and alert.next_escalation != ends:
        assert decision == Renew(ends)
    elif alert.status == "acknowledged" and alert.state == "acknowledged" and ends is not None:
        assert isinstance(decision, Reopen if ends <= NOW else Stop)
    elif alert.status != "triggered":
        assert isinstance(decision, Stop)
    elif alert.maintenance_until is not None and alert.maintenance_until > NOW:
        assert isinstance(decision, Hold | Wait)


@given(STEPS.filter(bool), st.integers(0, 3), st.lists(st.timedeltas(timedelta(), timedelta(days=1)), min_size=40))
def test_a10_however_late_each_step_is_entered_once_a_round_and_then_it_is_exhausted(
    steps: list[ResolvedStep], repeat: int, lateness: list[timedelta]
) -> None:
    on, alert, now = policy(*steps, repeat=repeat), NEW, NOW
    entered: list[int] = []
    for late in lateness:
        decision = decide(alert, on, now)
        if isinstance(decision, Enter):
            entered.append(decision.step_number)
        alert = apply(alert, decision, now)
        if alert.next_escalation is None:
            break
        assert alert.next_escalation > now
        now = alert.next_escalation + late
    assert alert.state == "exhausted"
    each_round = [number for number, found in enumerate(steps) if found.pages_somebody or found.if_nobody == "wait"]
    assert entered == each_round * (repeat + 1)
