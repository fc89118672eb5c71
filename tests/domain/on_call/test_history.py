"""S4: an engine that was away and one that ran all the time leave the same history, to the last cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.on_call.test_shifts import ADA, BEN, CLEO, DAY, HOUR, LENGTH, ROTATION, schedules
from tests.domain.times import instants, utc, zones

from tocsin.domain.on_call import rotation
from tocsin.domain.on_call.handoffs import HandoffRule
from tocsin.domain.on_call.history import LONGEST, Piece, StintRow, Times, history, pieces, replayed
from tocsin.domain.on_call.participants import Participant
from tocsin.domain.on_call.schedule import Cause, ScheduleDefinition
from tocsin.domain.on_call.snapshot import OnCallSnapshot, RotationSnapshot
from tocsin.domain.spans import Span

SCHEDULE = UUID(int=20)
PLACES = [Participant(UUID(int=100 + number), user) for number, user in enumerate((ADA, BEN, CLEO))]
Because = Sequence[Cause]


@dataclass
class Book:
    """The rows of one schedule and its rotation, kept by an engine that looks at some moments."""

    schedule: ScheduleDefinition
    turns: RotationSnapshot
    since: datetime
    until: datetime | None = None
    rows: list[StintRow[Because]] = field(default_factory=list)

    def look(self, now: datetime) -> None:
        """What the jobs of the schedule and of the rotation do; in this order, to show that none has to be first."""
        until = {SCHEDULE: self.until} if self.until is not None else {}
        whole = OnCallSnapshot(
            now,
            {ROTATION: self.turns},
            {SCHEDULE: self.schedule},
            changed_at={SCHEDULE: self.since},
            history_until=until,
        )
        window = whole.to_replay(SCHEDULE)
        state = {row.user_id: row.because for row in self.rows if row.end is None}
        told = history(state, whole.pieces_of_schedule(SCHEDULE, window), tuple, window)
        changed = {row.user_id: row for row in told.changed}
        self.rows = [
            replace(row, end=changed[row.user_id].end, because=changed[row.user_id].because)
            if row.end is None and row.user_id in changed
            else row
            for row in self.rows
        ] + list(told.added)
        self.until = now
        decision = self.turns.decide(now)
        if isinstance(decision, rotation.Move):
            self.turns = replace(self.turns, state=decision.state)

    @property
    def stints(self) -> list[tuple[UUID, datetime, datetime | None, Because]]:
        rows = sorted(self.rows, key=lambda row: (row.start, row.user_id))
        return [(row.user_id, row.start, row.end, tuple(row.because)) for row in rows]

    def next_change(self, now: datetime) -> datetime | None:
        return OnCallSnapshot(now, {ROTATION: self.turns}, {SCHEDULE: self.schedule}).next_change(SCHEDULE)


@given(st.data())
def test_an_engine_that_comes_late_writes_what_one_on_time_writes(data: st.DataObject) -> None:
    zone = data.draw(zones)
    start = data.draw(instants(zone))
    schedule = data.draw(schedules(zone, start))
    kind = data.draw(st.sampled_from(["hourly", "daily", "weekly"]))
    length = data.draw(st.sampled_from([1, 2, 5] if kind != "hourly" else [5, 12]))
    turns = RotationSnapshot(HandoffRule(kind, length, start - 100 * HOUR, zone), PLACES, None, start)
    on_time, late = Book(schedule, turns, start), Book(schedule, turns, start)
    end = start + LENGTH
    moment: datetime | None = start
    while moment is not None and moment < end:
        on_time.look(moment)
        moment = on_time.next_change(moment)
    on_time.look(end)
    for hours in sorted(data.draw(st.sets(st.integers(0, LENGTH // HOUR - 1), max_size=4))):
        late.look(start + hours * HOUR)
    late.look(end)
    assert late.stints == on_time.stints


def test_pieces_are_cut_where_the_reasons_change_and_reasons_keep_their_order() -> None:
    nine = utc("2027-01-04T09:00Z")
    first = Times(ADA, "first", [Span(nine + HOUR, nine + 3 * HOUR)])
    second = Times(ADA, "second", [Span(nine, nine + 2 * HOUR)])
    found = pieces([first, second], Span(nine, nine + DAY))
    assert [(one.span.start, one.because) for one in found] == [
        (nine, ["second"]),
        (nine + HOUR, ["first", "second"]),
        (nine + 2 * HOUR, ["first"]),
    ]
    assert found[-1].span.end == nine + 3 * HOUR


def test_who_comes_back_has_a_row_of_their_own() -> None:
    nine = utc("2027-01-04T09:00Z")
    window = Span(nine, nine + 4 * HOUR)
    found = [Piece(ADA, Span(nine, nine + HOUR), "a"), Piece(ADA, Span(nine + 3 * HOUR, window.end), "b")]
    told = history({ADA: "a", BEN: "a"}, found, "".join, window)
    assert list(told.changed) == [StintRow(BEN, nine, nine, "a"), StintRow(ADA, nine, nine + HOUR, "a")]
    assert list(told.added) == [StintRow(ADA, nine + 3 * HOUR, None, "b")]


def test_no_more_than_the_longest_absence_is_replayed() -> None:
    now = utc("2027-01-04T09:00Z")
    assert replayed(now, now - 2 * LONGEST, []).start == now - LONGEST
    assert replayed(now, now - 2 * DAY, [now - DAY]).start == now - DAY
    assert replayed(now, None, [now + DAY]).start == now
