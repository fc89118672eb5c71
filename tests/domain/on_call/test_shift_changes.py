"""The difference between two plans of who is on call."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.times import utc

from tocsin.domain.on_call.shift_changes import Change, changes
from tocsin.domain.spans import Span, Stint, union

ADA, BEN, CLEO = USERS = [UUID(int=n) for n in (1, 2, 3)]


MONDAY = utc("2026-01-05 00:00Z")
HOUR = timedelta(hours=1)


def stint(user: UUID, start: int, end: int) -> Stint:
    return Stint(user, MONDAY + start * HOUR, MONDAY + end * HOUR)


def change(start: int, end: int, before: set[UUID], after: set[UUID]) -> Change:
    one = stint(ADA, start, end)
    return Change(one.start, one.end, frozenset(before), frozenset(after))


def test_a_part_of_a_shift_goes_to_somebody_else() -> None:
    before = [stint(ADA, 0, 12), stint(BEN, 12, 24)]
    after = [stint(ADA, 0, 8), stint(CLEO, 8, 12), stint(BEN, 12, 24)]
    assert changes(before, after) == [change(8, 12, {ADA}, {CLEO})]


def test_nobody_and_somebody_more_are_told_too() -> None:
    before = [stint(ADA, 0, 12)]
    after = [stint(ADA, 2, 12), stint(BEN, 6, 14)]
    assert changes(before, after) == [
        change(0, 2, {ADA}, set()),
        change(6, 12, {ADA}, {ADA, BEN}),
        change(12, 14, set(), {BEN}),
    ]


def test_an_edge_that_changes_nothing_splits_nothing() -> None:
    before = [stint(ADA, 0, 6), stint(ADA, 6, 12)]
    assert changes(before, [stint(BEN, 0, 12)]) == [change(0, 12, {ADA}, {BEN})]
    assert changes(before, [stint(ADA, 0, 12)]) == []


hours = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda pair: (pair[0], sum(pair)))
plans = st.lists(st.builds(lambda user, span: stint(user, *span), st.sampled_from(USERS), hours), max_size=6)


@given(plans, plans)
def test_at_each_hour_it_says_what_the_plans_say(before: list[Stint], after: list[Stint]) -> None:
    found = changes(before, after)
    for hour in range(45):
        moment = MONDAY + hour * HOUR
        old, new = ({one.user_id for one in plan if Span(one.start, one.end).holds(moment)} for plan in (before, after))
        told = [(one.before, one.after) for one in found if Span(one.start, one.end).holds(moment)]
        assert told == ([(old, new)] if old != new else [])
    spans = [Span(one.start, one.end) for one in found]
    assert spans == sorted(spans)
    assert sum((end - start for start, end in spans), HOUR) == sum((end - start for start, end in union(spans)), HOUR)
