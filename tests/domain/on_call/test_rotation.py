"""Who of a rotation is active (R2, R3): each reason to move, catching up, and the forecast."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.times import DAY, instants, rotations, utc, zones

from tocsin.domain.on_call.handoffs import HandoffRule, next_handoff, shift_at
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.rotation import End, Move, RotationReason, RotationState, RotationWait, decide, stints
from tocsin.domain.spans import Span, Stint

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = HandoffRule("daily", 1, utc("2026-06-01T09:00+02:00"), BERLIN)
NOON = utc("2026-06-10T12:00+02:00")
TODAY = shift_at(DAILY, NOON)
ADA, BEN, CLEO = PEOPLE = [Participant(uuid4(), uuid4()) for _ in range(3)]


def state(position: int, shift: Span = TODAY) -> RotationState:
    return RotationState(position, PEOPLE[position].id, *shift)


def moved(reason: RotationReason, position: int, who: Participant, shift: Span = TODAY, handoffs: int = 0) -> Move:
    return Move(reason, RotationState(position, who.id, *shift), shift.end, handoffs)


def test_the_first_participant_starts_the_rotation() -> None:
    assert decide(DAILY, [ADA], None, NOON) == moved(RotationReason.FIRST_PARTICIPANT, 0, ADA)


def test_a_rotation_whose_start_lies_ahead_has_its_first_participant_on_call() -> None:
    assert decide(replace(DAILY, start_at=DAILY.start_at + 364 * DAY), PEOPLE, None, NOON) == moved(
        RotationReason.FIRST_PARTICIPANT, 0, ADA
    )


def test_the_last_removed_ends_it() -> None:
    assert decide(DAILY, [], state(1), NOON) == End()


def test_without_participants_there_is_nothing_to_do() -> None:
    assert decide(DAILY, [], None, NOON) == RotationWait(RotationReason.NO_PARTICIPANTS)


def test_nothing_happens_within_a_shift() -> None:
    assert decide(DAILY, PEOPLE, state(1), NOON) == RotationWait(RotationReason.NOT_DUE, utc("2026-06-11T09:00+02:00"))


def test_at_the_handoff_the_next_is_active() -> None:
    yesterday = shift_at(DAILY, NOON - DAY)
    assert decide(DAILY, PEOPLE, state(0, yesterday), TODAY.start) == moved(RotationReason.HANDOFF, 1, BEN, handoffs=1)
    just_before = TODAY.start - timedelta.resolution
    assert decide(DAILY, PEOPLE, state(0, yesterday), just_before) == RotationWait(RotationReason.NOT_DUE, TODAY.start)


def test_after_the_last_comes_the_first() -> None:
    yesterday = shift_at(DAILY, NOON - DAY)
    assert decide(DAILY, PEOPLE, state(2, yesterday), NOON) == moved(RotationReason.HANDOFF, 0, ADA, handoffs=1)


def test_missed_handoffs_are_caught_up_with_in_one_decision() -> None:
    long_ago = shift_at(DAILY, NOON - 5 * DAY)
    assert decide(DAILY, PEOPLE, state(0, long_ago), NOON) == moved(RotationReason.HANDOFF, 2, CLEO, handoffs=5)


def test_a_rotation_of_one_hands_off_to_the_same() -> None:
    yesterday = shift_at(DAILY, NOON - DAY)
    assert decide(DAILY, [ADA], state(0, yesterday), NOON) == moved(RotationReason.HANDOFF, 0, ADA, handoffs=1)


def test_where_the_active_one_is_removed_the_next_is_active() -> None:
    assert decide(DAILY, [ADA, CLEO], state(1), NOON) == moved(RotationReason.ACTIVE_REMOVED, 1, CLEO)


def test_where_the_active_one_was_the_last_the_first_is_active() -> None:
    assert decide(DAILY, [ADA, BEN], state(2), NOON) == moved(RotationReason.ACTIVE_REMOVED, 0, ADA)


def test_another_one_removed_leaves_the_active_one() -> None:
    assert decide(DAILY, [BEN, CLEO], state(1), NOON) == moved(RotationReason.REORDERED, 0, BEN)


def test_reordering_leaves_the_active_one() -> None:
    assert decide(DAILY, [CLEO, ADA, BEN], state(0), NOON) == moved(RotationReason.REORDERED, 1, ADA)


def test_a_user_may_stand_in_the_order_twice() -> None:
    again = Participant(uuid4(), ADA.user_id)
    yesterday = shift_at(DAILY, NOON - DAY)
    people = [ADA, again, BEN]
    assert decide(DAILY, people, RotationState(0, ADA.id, *yesterday), NOON) == moved(
        RotationReason.HANDOFF, 1, again, handoffs=1
    )
    assert decide(DAILY, [ADA, BEN], RotationState(1, again.id, *TODAY), NOON) == moved(
        RotationReason.ACTIVE_REMOVED, 1, BEN
    )


CHANGED = {
    "start": replace(DAILY, start_at=DAILY.start_at + timedelta(hours=2)),
    "type": replace(DAILY, type="hourly"),
    "length": replace(DAILY, shift_length=2),
    "zone": replace(DAILY, time_zone=ZoneInfo("America/New_York"), start_at=utc("2026-06-01T08:00-04:00")),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_changed_phase_keeps_the_active_one(changed: HandoffRule) -> None:
    shift = shift_at(changed, NOON)
    assert decide(changed, PEOPLE, state(1), NOON) == moved(RotationReason.REPHASED, 1, BEN, shift)


def test_weekly_made_daily_hands_nobody_off_though_its_shift_began_at_a_handoff_of_both() -> None:
    monday = shift_at(replace(DAILY, type="weekly"), NOON)
    assert monday.start == shift_at(DAILY, monday.start).start < TODAY.start
    assert decide(DAILY, PEOPLE, state(0, monday), NOON) == moved(RotationReason.REPHASED, 0, ADA)


def test_without_the_foreseen_end_a_start_out_of_phase_tells_of_the_change() -> None:
    row = RotationState(1, BEN.id, TODAY.start + timedelta(hours=1))
    assert decide(DAILY, PEOPLE, row, NOON) == moved(RotationReason.REPHASED, 1, BEN)


def test_a_renamed_zone_with_the_same_clocks_changes_nothing() -> None:
    vienna = replace(DAILY, time_zone=ZoneInfo("Europe/Vienna"))
    assert decide(vienna, PEOPLE, state(1), NOON) == RotationWait(RotationReason.NOT_DUE, TODAY.end)


def test_a_clock_that_goes_back_moves_nobody() -> None:
    assert isinstance(decide(DAILY, PEOPLE, state(1), NOON - 3 * DAY), RotationWait)


def people(number: int) -> Sequence[Participant]:
    return [Participant(UUID(int=n), UUID(int=100 + n)) for n in range(number)]


@given(st.data())
def test_catching_up_is_stepping_from_handoff_to_handoff(data: st.DataObject) -> None:
    zone = data.draw(zones)
    rotation, start = data.draw(rotations(zone)), data.draw(instants(zone))
    now = start + data.draw(st.integers(0, 3 if rotation.type == "hourly" else 200)) * DAY
    order = people(data.draw(st.integers(1, 5)))
    first = decide(rotation, order, None, start)
    assert isinstance(first, Move)
    stepped = first.state
    while (due := next_handoff(rotation, stepped.shift_start)) <= now:
        step = decide(rotation, order, stepped, due)
        assert isinstance(step, Move)
        assert (step.reason, step.handoffs) == (RotationReason.HANDOFF, 1)
        stepped = step.state
    at_once = decide(rotation, order, first.state, now)
    assert (at_once.state if isinstance(at_once, Move) else first.state) == stepped


@given(st.data())
def test_a_decision_carried_out_leaves_nothing_to_do(data: st.DataObject) -> None:
    """From any row, one that no longer fits included."""
    zone = data.draw(zones)
    rotation, before = data.draw(rotations(zone)), data.draw(rotations(zone))
    row_since, now = data.draw(instants(zone)), data.draw(instants(zone))
    position = data.draw(st.integers(0, 6))
    row = RotationState(position, UUID(int=data.draw(st.integers(0, 6))), *shift_at(before, row_since))
    order = data.draw(st.permutations(people(4)))
    decision = decide(rotation, order, row, now)
    if isinstance(decision, Move):
        assert order[decision.state.position].id == decision.state.participant_id
        assert decision.state.shift_start <= now < decision.until == decision.state.shift_end
        assert decide(rotation, order, decision.state, now) == RotationWait(RotationReason.NOT_DUE, decision.until)


@given(st.data())
def test_stints_say_what_stepping_will_do(data: st.DataObject) -> None:
    zone = data.draw(zones)
    rotation, now = data.draw(rotations(zone)), data.draw(instants(zone))
    start = now + data.draw(st.integers(-5, 100)) * DAY
    end = start + data.draw(st.integers(1, 3 if rotation.type == "hourly" else 60)) * DAY
    order = people(data.draw(st.integers(1, 4)))
    first = decide(rotation, order, None, now)
    assert isinstance(first, Move)
    found = list(stints(rotation, order, first.state, now, Span(start, end)))
    if end <= now:
        assert found == []
        return
    assert (found[0].start, found[-1].end) == (max(start, now), end)
    assert all(one.end == other.start for one, other in pairwise(found))
    for stint in found:
        assert stint.start < stint.end
        then = decide(rotation, order, first.state, stint.start)
        position = then.state.position if isinstance(then, Move) else first.state.position
        assert stint.user_id == order[position].user_id


def test_stints_of_a_rotation_not_yet_started_begin_with_its_first_participant() -> None:
    found = list(stints(DAILY, PEOPLE, None, NOON, Span(NOON, TODAY.end + DAY)))
    assert found == [Stint(ADA.user_id, NOON, TODAY.end), Stint(BEN.user_id, TODAY.end, TODAY.end + DAY)]


def test_without_participants_there_are_no_stints() -> None:
    window = Span(NOON, NOON + DAY)
    assert list(stints(DAILY, [], state(0), NOON, window)) == []
    assert list(stints(DAILY, [], None, NOON, window)) == []


def test_a_stint_ends_with_the_window_even_at_a_handoff() -> None:
    found = list(stints(DAILY, PEOPLE, state(0), NOON, Span(TODAY.end, TODAY.end + DAY)))
    assert found == [Stint(BEN.user_id, TODAY.end, TODAY.end + DAY)]


def test_a_moment_far_ahead_needs_no_steps() -> None:
    hourly = replace(DAILY, type="hourly")
    at = datetime(2036, 6, 10, 12, tzinfo=UTC)
    row = RotationState(0, ADA.id, *shift_at(hourly, NOON))
    (stint,) = stints(hourly, PEOPLE, row, NOON, Span(at, at + timedelta(minutes=1)))
    then = decide(hourly, PEOPLE, row, at)
    assert isinstance(then, Move)
    assert stint.user_id == PEOPLE[then.state.position].user_id
