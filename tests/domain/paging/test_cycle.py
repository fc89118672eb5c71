"""N1, A9, M1: what a cycle sends when."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.paging.cycle import Cycle, DuePage, EndCycle, HoldCycle, PagingRule, Tick, Ticks, tick
from tocsin.domain.paging.reasons import LetOthersMove, PagingReason

START = datetime(2026, 1, 14, 18, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)


def m(number: float) -> timedelta:
    return timedelta(minutes=number)


def rule(number: int, delay: float, *, phone: int = 1, since: datetime = LONG_AGO) -> PagingRule:
    return PagingRule(UUID(int=number), UUID(int=1000 + phone), m(delay), since)


NOW_AND_LATER = [rule(1, 0), rule(2, 5)]
FRESH = Cycle("triggered", START)
EVERYONE = replace(FRESH, repeat_every=m(10))


def at(
    minute: float, cycle: Cycle = FRESH, rules: list[PagingRule] = NOW_AND_LATER
) -> Tick | EndCycle | HoldCycle | LetOthersMove:
    """What a cycle does that has none beside it."""
    return alone(tick(cycle, rules, START + m(minute)))


def alone(decision: Ticks | EndCycle | HoldCycle | LetOthersMove) -> Tick | EndCycle | HoldCycle | LetOthersMove:
    if not isinstance(decision, Ticks):
        return decision
    [only] = decision.cycles
    return only


def ticked(minute: float, cycle: Cycle = FRESH) -> Cycle:
    return replace(cycle, last_tick=START + m(minute))


def test_n1_a_zero_delay_is_sent_at_once_and_the_next_is_awaited() -> None:
    assert at(0) == Tick([DuePage(NOW_AND_LATER[0], 0)], START + m(5))


def test_n1_nothing_is_sent_between_two_delays() -> None:
    assert at(3, ticked(0)) == Tick([], START + m(5))


def test_n1_the_last_page_leaves_nothing_to_await() -> None:
    assert at(5, ticked(0)) == Tick([DuePage(NOW_AND_LATER[1], 0)], None)


def test_a_user_without_rules_is_not_paged_and_not_looked_at_again() -> None:
    assert at(0, rules=[]) == Tick([], None)


def test_n1_of_overdue_pages_to_one_phone_the_latest_goes_out() -> None:
    first, later = NOW_AND_LATER
    assert at(60) == Tick([DuePage(first, 0, bundled=True), DuePage(later, 0)], None)


def test_n1_overdue_pages_to_two_phones_both_go_out() -> None:
    rules = [rule(1, 0), rule(2, 5, phone=2)]
    assert at(60, rules=rules) == Tick([DuePage(rules[0], 0), DuePage(rules[1], 0)], None)


def test_n1_overdue_pages_of_two_cycles_to_one_phone_are_written_together_and_the_latest_goes_out() -> None:
    rules = [rule(1, 0), rule(2, 30)]
    older = replace(ticked(0), next_tick=START + m(30), number=1)
    newer = Cycle("triggered", START + m(4), START + m(4), next_tick=START + m(34), number=2)
    sent, bundled = Tick([DuePage(rules[1], 0)], None), Tick([DuePage(rules[1], 0, bundled=True)], None)
    assert tick(older, rules, START + m(34), [newer]) == Ticks([bundled, sent])
    assert tick(newer, rules, START + m(34), [older]) == Ticks([sent, bundled])


def test_n1_at_one_moment_the_page_of_the_newer_cycle_goes_out() -> None:
    older = replace(ticked(0), next_tick=START + m(5), number=1)
    newer = Cycle("triggered", START + m(5), next_tick=START + m(5), number=2)
    first, later = NOW_AND_LATER
    assert tick(older, NOW_AND_LATER, START + m(5), [newer]) == Ticks(
        [Tick([DuePage(later, 0, bundled=True)], None), Tick([DuePage(first, 0)], START + m(10))]
    )


def test_n1_pages_of_two_cycles_to_two_phones_both_go_out() -> None:
    rules = [rule(1, 0), rule(2, 5, phone=2)]
    older = replace(ticked(0), next_tick=START + m(5), number=1)
    newer = Cycle("triggered", START + m(5), next_tick=START + m(5), number=2)
    decision = tick(older, rules, START + m(5), [newer])
    assert isinstance(decision, Ticks)
    assert not any(page.bundled for one in decision.cycles for page in one.pages)


def test_n1_a_cycle_that_is_not_due_or_goes_on_no_more_writes_nothing_beside_another() -> None:
    older = replace(ticked(0), next_tick=START + m(5), number=1)
    later = Cycle("triggered", START + m(4), START + m(4), next_tick=START + m(9), number=2)
    taken = replace(later, alert_status="acknowledged", next_tick=START)
    assert tick(older, NOW_AND_LATER, START + m(5), [later, taken]) == Ticks([at(5, older)])


@pytest.mark.parametrize(
    ("now", "alert_moves_at", "until"),
    [
        (10, 10, 10),  # both are due: the alert goes first
        (60, 20, 60),  # however late both are
        (10, 10 + 0.9 / 60, 10 + 0.9 / 60),  # a step was entered a little late, so its end is
        (10, 10 + 1.1 / 60, None),
        (10, None, None),
    ],
)
@pytest.mark.parametrize("repeat_every", [None, m(10)])
def test_n1_a_cycle_lets_its_alert_move_first(
    now: float, alert_moves_at: float | None, until: float | None, repeat_every: timedelta | None
) -> None:
    moves = None if alert_moves_at is None else START + m(alert_moves_at)
    due = replace(ticked(0), next_tick=START + m(10), alert_moves_at=moves, repeat_every=repeat_every)
    decision = at(now, due)
    assert isinstance(decision, Tick) if until is None else decision == LetOthersMove(START + m(until))


def test_n1_a_cycle_lets_a_newer_one_move_first_that_is_due_in_a_moment_but_never_an_older_one() -> None:
    soon = START + m(5) + timedelta(milliseconds=40)
    older = replace(ticked(0), next_tick=START + m(5), number=1)
    newer = Cycle("triggered", START + m(4), START + m(4), next_tick=soon, number=2)
    assert tick(older, NOW_AND_LATER, START + m(5), [newer]) == LetOthersMove(soon)
    assert isinstance(tick(replace(older, number=3), NOW_AND_LATER, START + m(5), [newer]), Ticks)


def test_n1_a_first_page_waits_for_nothing_that_is_not_due_yet() -> None:
    fresh = replace(FRESH, next_tick=START, alert_moves_at=START + timedelta(milliseconds=500))
    assert isinstance(at(0, fresh), Tick)
    assert at(0, replace(fresh, alert_moves_at=START)) == LetOthersMove(START)


@pytest.mark.parametrize(("made", "sent"), [(4, 1), (5, 1), (6, 0)])
def test_n2_a_rule_made_during_the_cycle_acts_only_if_its_delay_lies_ahead(made: float, sent: int) -> None:
    decision = at(7, ticked(3), [rule(1, 0), rule(2, 5, since=START + m(made))])
    assert isinstance(decision, Tick)
    assert len(decision.pages) == sent


@pytest.mark.parametrize(("minute", "rounds"), [(0, [0]), (10, [1]), (25, [2]), (100, [10])])
def test_a9_everyone_is_paged_once_for_each_delay(minute: float, rounds: list[int]) -> None:
    decision = at(minute, EVERYONE, [rule(1, 0)])
    assert isinstance(decision, Tick)
    assert [page.round for page in decision.pages] == rounds
    assert decision.next_tick == START + m(10 * (rounds[0] + 1))


def test_a4_an_acknowledged_alert_ends_the_cycle_unless_everyone_must() -> None:
    assert at(0, replace(FRESH, alert_status="acknowledged")) == EndCycle(PagingReason.ACKNOWLEDGED)
    assert isinstance(at(0, replace(EVERYONE, alert_status="acknowledged")), Tick)


def test_a4_a_closed_alert_ends_every_cycle() -> None:
    assert at(0, replace(EVERYONE, alert_status="closed")) == EndCycle(PagingReason.CLOSED)


@pytest.mark.parametrize(("minute", "held"), [(9, True), (10, False)])
def test_m1_a_cycle_stands_still_until_the_maintenance_ends(minute: float, held: bool) -> None:
    decision = at(minute, replace(ticked(0), maintenance_until=START + m(10)))
    expected = HoldCycle(START + m(10)) if held else Tick([DuePage(NOW_AND_LATER[1], 0)], None)
    assert decision == expected


# Properties: a cycle looked at whenever its next tick comes, and at any other moments besides.

RULES = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 2)), max_size=4).map(
    lambda found: [rule(number, delay, phone=phone) for number, (delay, phone) in enumerate(found)]
)
REPEATS = st.none() | st.integers(1, 40).map(m)
LOOKS = st.lists(st.integers(0, 600), max_size=12).map(lambda found: [START + m(number / 4) for number in found])
END = START + m(150)


def run(cycle: Cycle, rules: list[PagingRule], looks: list[datetime]) -> list[tuple[datetime, DuePage]]:
    """Every page written up to the end, with its moment, when the engine is never late."""
    written, waiting = [], {*looks, START}
    while waiting:
        now = min(waiting)
        waiting.discard(now)
        decision = alone(tick(cycle, rules, now))
        assert isinstance(decision, Tick)
        assert decision.next_tick is None or decision.next_tick > now
        written += [(now, page) for page in decision.pages]
        cycle = replace(cycle, last_tick=now)
        if decision.next_tick is not None and decision.next_tick <= END:
            waiting.add(decision.next_tick)
    return written


@given(RULES, REPEATS, LOOKS)
def test_each_occurrence_is_written_exactly_once_and_at_its_moment(
    rules: list[PagingRule], every: timedelta | None, looks: list[datetime]
) -> None:
    written = run(replace(FRESH, repeat_every=every), rules, looks)
    expected = {
        (START + found.delay + (every or m(0)) * number, found.id, number)
        for found in rules
        for number in range(151 if every else 1)
        if START + found.delay + (every or m(0)) * number <= END
    }
    assert Counter((now, page.rule.id, page.round) for now, page in written) == Counter(expected)


@given(RULES, REPEATS, st.integers(0, 600), st.integers(0, 600))
def test_a_late_tick_writes_nothing_before_its_delay_nothing_twice_and_one_page_a_phone(
    rules: list[PagingRule], every: timedelta | None, last: int, late: int
) -> None:
    cycle = replace(ticked(last / 4), repeat_every=every)
    now = START + m((last + late) / 4)
    decision = alone(tick(cycle, rules, now))
    assert isinstance(decision, Tick)
    for page in decision.pages:
        moment = START + page.rule.delay + (every or m(0)) * page.round
        assert START + m(last / 4) < moment <= now
    sent = [page.rule.contact_method_id for page in decision.pages if not page.bundled]
    assert len(sent) == len(set(sent))
    assert {page.rule.contact_method_id for page in decision.pages} == set(sent)


@given(RULES, st.lists(st.integers(0, 120), min_size=1, max_size=4), st.integers(0, 600))
def test_n1_several_cycles_write_each_occurrence_once_and_one_page_a_phone_goes_out(
    rules: list[PagingRule], starts: list[int], late: int
) -> None:
    """Whichever of them is asked."""
    now = START + m(120 + late)
    cycles = [
        Cycle("triggered", START + m(start), next_tick=START + m(start), number=number)
        for number, start in enumerate(starts)
    ]
    for cycle in cycles:
        beside = [one for one in cycles if one is not cycle]
        decision = tick(cycle, rules, now, beside)
        assert isinstance(decision, Ticks)
        pages = [page for one in decision.cycles for page in one.pages]
        due = [(one.started_at + found.delay, one.number, found.id, found) for one in cycles for found in rules]
        due = sorted((*one[:3], one[3].contact_method_id) for one in due if one[0] <= now)
        assert len(pages) == len(due)
        assert {page.rule.contact_method_id: page.rule.id for page in pages if not page.bundled} == {
            phone: rule_id for _, _, rule_id, phone in due
        }
