"""Which pages a notification cycle sends, and when it looks again.

A cycle works through one user's notification rules for one entry of an alert into a step. A rule's page is due at
``started_at + delay``, and again every ``repeat_every`` on a step that everyone must acknowledge (A9). ``last_tick``
is how far the cycle has come: occurrences after it and up to now are sent, each once (N1, N2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.paging.reasons import LetOthersMove, PagingReason


@dataclass(frozen=True, slots=True)
class PagingRule:
    """A notification rule. ``since``: when it was made. ``enabled``: its contact method is."""

    id: UUID
    contact_method_id: UUID
    delay: timedelta
    since: datetime
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Cycle:
    """A running cycle and what decides about it.

    ``next_tick``: when the cycle is due. ``alert_moves_at``: when its alert moves, if that is known to come. ``number``
    counts the steps that the alert has entered: of two cycles the newer one has the higher.
    """

    alert_status: AlertStatus
    started_at: datetime
    last_tick: datetime | None = None
    repeat_every: timedelta | None = None
    maintenance_until: datetime | None = None
    next_tick: datetime | None = None
    alert_moves_at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page to write. ``bundled``: a later one to the same contact method is written with it and goes out instead."""

    rule: PagingRule
    round: int
    bundled: bool = False

    @property
    def state(self) -> tuple[Literal["pending", "bundled", "cancelled"], PagingReason | None]:
        """The state that it is written in, and why. A rule that is passed over leaves a page, too (N4)."""
        if not self.rule.enabled:
            return "cancelled", PagingReason.DISABLED
        return ("bundled", PagingReason.LATER_PAGE_SAYS_IT) if self.bundled else ("pending", None)


@dataclass(frozen=True, slots=True)
class Tick:
    """What one cycle writes; it looks again at ``next_tick`` (None: no rule lies ahead)."""

    pages: Sequence[DuePage]
    next_tick: datetime | None


@dataclass(frozen=True, slots=True)
class Ticks:
    """What the cycle and those beside it write at one moment, in their order: all of it or nothing."""

    cycles: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class EndCycle:
    """The cycle ends, since nobody needs it any more."""

    reason: PagingReason


@dataclass(frozen=True, slots=True)
class HoldCycle:
    """The cycle waits until ``until``; no page is skipped meanwhile."""

    until: datetime
    reason: PagingReason = PagingReason.IN_MAINTENANCE


CycleDecision = Ticks | EndCycle | HoldCycle | LetOthersMove

# Moments of one alert that lie no further apart are one: a step is entered some milliseconds after it was due, so what
# is planned for the same minute drifts apart from step to step.
SAME_MOMENT = timedelta(seconds=1)


def tick(cycle: Cycle, rules: Sequence[PagingRule], now: datetime, beside: Sequence[Cycle] = ()) -> CycleDecision:
    """What the cycle does at ``now``, and with it those of ``beside`` that are due.

    ``beside`` holds the other cycles by which the same alert pages the same user, due by now or in a moment. Of all
    their overdue pages to one contact method only the latest is sent (N1), so they are written together.

    A cycle lets its alert move first: a step that is entered has a new cycle that pages its users now, and one page of
    the two is enough. One on which everyone must acknowledge outlives another's acknowledgement.
    """
    if cycle.alert_status == "closed":
        return EndCycle(PagingReason.CLOSED)
    if not _goes_on(cycle):
        return EndCycle(PagingReason.ACKNOWLEDGED)
    if cycle.maintenance_until is not None and cycle.maintenance_until > now:
        return HoldCycle(cycle.maintenance_until)
    if (until := _others_move_at(cycle, beside, now)) is not None:
        return LetOthersMove(until)
    return _together([cycle, *due_beside(beside, now)], rules, now)


def first_tick(beginning: Cycle, rules: Sequence[PagingRule]) -> Tick | None:
    """What a cycle that begins now, by itself, writes at once; None when it pages nobody yet."""
    match tick(beginning, rules, beginning.started_at):
        case Ticks(cycles=[first]):
            return first
        case _:
            return None


def due_beside(beside: Sequence[Cycle], now: datetime) -> Sequence[Cycle]:
    """Those of the cycles beside a cycle that tick with it at ``now``."""
    return [other for other in beside if _goes_on(other) and other.next_tick is not None and other.next_tick <= now]


def _goes_on(cycle: Cycle) -> bool:
    return cycle.alert_status == "triggered" or (cycle.alert_status != "closed" and cycle.repeat_every is not None)


def _others_move_at(cycle: Cycle, beside: Sequence[Cycle], now: datetime) -> datetime | None:
    """When to look again, if others are to move first. A first page waits for nobody who is not due yet."""
    if cycle.next_tick is None or cycle.next_tick > now:
        return None
    horizon = now if cycle.last_tick is None else max(now, cycle.next_tick + SAME_MOMENT)
    newer = [other.next_tick for other in beside if other.number > cycle.number and other.next_tick is not None]
    moments = [moment for moment in newer if moment > now]
    if cycle.alert_moves_at is not None:
        moments.append(cycle.alert_moves_at)
    return max(now, min(moments)) if moments and min(moments) <= horizon else None


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """A rule's page of one cycle, and when it is due."""

    moment: datetime
    cycle: int
    rule: PagingRule
    round: int

    @property
    def place(self) -> tuple[datetime, int, UUID]:
        """What decides which of two is the later one; at the same moment that of the newer cycle is."""
        return self.moment, self.cycle, self.rule.id

    def page(self, latest: Mapping[UUID, "_Occurrence"]) -> DuePage:
        return DuePage(self.rule, self.round, bundled=latest[self.rule.contact_method_id] is not self)


def _together(cycles: Sequence[Cycle], rules: Sequence[PagingRule], now: datetime) -> Ticks:
    due = [sorted(_due(cycle, rules, now), key=lambda occurrence: occurrence.place) for cycle in cycles]
    in_order = sorted(
        (occurrence for occurrences in due for occurrence in occurrences), key=lambda occurrence: occurrence.place
    )
    latest = {occurrence.rule.contact_method_id: occurrence for occurrence in in_order}
    return Ticks(
        [
            Tick([occurrence.page(latest) for occurrence in occurrences], _next_tick(cycle, rules, now))
            for cycle, occurrences in zip(cycles, due, strict=True)
        ]
    )


def _due(cycle: Cycle, rules: Sequence[PagingRule], now: datetime) -> Iterator[_Occurrence]:
    for rule in rules:
        number = _latest_round(cycle, rule, now)
        if number is None:
            continue
        moment = _moment(cycle, rule, number)
        if moment >= rule.since and (cycle.last_tick is None or moment > cycle.last_tick):
            yield _Occurrence(moment, cycle.number, rule, number)


def _next_tick(cycle: Cycle, rules: Sequence[PagingRule], now: datetime) -> datetime | None:
    ahead: list[datetime] = []
    for rule in rules:
        number = _latest_round(cycle, rule, now)
        if number is None:
            ahead.append(_moment(cycle, rule, 0))
        elif cycle.repeat_every is not None:
            ahead.append(_moment(cycle, rule, number + 1))
    return min(ahead, default=None)


def _latest_round(cycle: Cycle, rule: PagingRule, now: datetime) -> int | None:
    """The number of the rule's latest occurrence up to ``now``, from 0; None when its first lies ahead."""
    since_first = now - (cycle.started_at + rule.delay)
    if since_first < timedelta():
        return None
    return 0 if cycle.repeat_every is None else since_first // cycle.repeat_every


def _moment(cycle: Cycle, rule: PagingRule, number: int) -> datetime:
    repeated = timedelta() if cycle.repeat_every is None else cycle.repeat_every * number
    return cycle.started_at + rule.delay + repeated
