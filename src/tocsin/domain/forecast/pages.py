"""The pages that a forecast foresees: those of notification cycles, of channels, and those that wait to be sent.

They follow the alert, which moves first: an ``AlertMoment`` says how it stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from tocsin.domain.escalation.decisions import Enter
from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.forecast.events import Event, EventKind
from tocsin.domain.paging.cycle import (
    Cycle,
    DuePage,
    EndCycle,
    HoldCycle,
    PagingRule,
    Tick,
    Ticks,
    due_beside,
    tick,
)
from tocsin.domain.paging.reasons import LetOthersMove
from tocsin.domain.paging.sending import Bundle, Cancel, Defer, Send, Waiting, may_send


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """A notification cycle under way, with its user and step. Its ``next_tick`` is always set."""

    user_id: UUID
    cycle: Cycle
    step_number: int
    loop_count: int

    @property
    def next_tick(self) -> datetime:
        assert self.cycle.next_tick is not None
        return self.cycle.next_tick


@dataclass(frozen=True, slots=True)
class PendingPage:
    """A page that is written and not sent yet, and what decides whether it will be."""

    event: Event
    waiting: Waiting
    due: datetime


@dataclass(frozen=True, slots=True)
class AlertMoment:
    """What decides about an alert's pages at ``now``. ``moves_at``: when a triggered alert moves next, if it will."""

    now: datetime
    status: AlertStatus
    moves_at: datetime | None
    maintenance_until: datetime | None


@dataclass(slots=True)
class ForecastPages:
    """What pages the people and channels of an alert during a forecast. Pages are added to ``events``."""

    rules: Mapping[UUID, Sequence[PagingRule]]
    events: list[Event]
    cycles: list[RunningCycle]
    pending: list[PendingPage]

    def moments(self) -> Sequence[datetime]:
        """When there is something to do next, for each cycle and page."""
        return [*(cycle.next_tick for cycle in self.cycles), *(page.due for page in self.pending)]

    def enter(self, decision: Enter, now: datetime) -> None:
        """Page the channels of an entered step, and start the cycles of its users."""
        for channel_id in decision.step.channels:
            self._add(
                Event(
                    at=now,
                    kind=EventKind.PAGE,
                    step_number=decision.step_number,
                    loop_count=decision.loop_count,
                    channel_id=channel_id,
                )
            )
        self._start_cycles(decision, now)

    def go_on(self, alert: AlertMoment) -> None:
        """Do all that is due at the moment: first what the cycles do, then what waits to be sent."""
        self._tick(alert)
        self.pending = [left for page in self.pending if (left := self._sent(page, alert)) is not None]

    def _start_cycles(self, decision: Enter, now: datetime) -> None:
        """Where everyone must acknowledge, a user's new cycle takes over the repeating from the former ones."""
        step, users = decision.step, [user.id for user in decision.step.users if user.reachable]
        repeat_every = step.delay if step.ack_by == "everyone" else None
        if repeat_every is not None:
            self.cycles = [
                replace(cycle, cycle=replace(cycle.cycle, repeat_every=None)) if cycle.user_id in users else cycle
                for cycle in self.cycles
            ]
        number = max((cycle.cycle.number for cycle in self.cycles), default=0) + 1
        cycle = Cycle("triggered", now, repeat_every=repeat_every, next_tick=now, number=number)
        self.cycles += [RunningCycle(user, cycle, decision.step_number, decision.loop_count) for user in users]

    def _tick(self, alert: AlertMoment) -> None:
        """Do what the cycles that are due do; those of one user do it together."""
        if all(cycle.next_tick > alert.now for cycle in self.cycles):
            return
        self.cycles = [replace(cycle, cycle=_as_of_now(cycle.cycle, alert)) for cycle in self.cycles]
        for running in self.cycles.copy():
            if running in self.cycles and running.next_tick <= alert.now:
                self._tick_with_others(running, alert.now)

    def _tick_with_others(self, running: RunningCycle, now: datetime) -> None:
        others = [other for other in self.cycles if other.user_id == running.user_id and other != running]
        due = due_beside([other.cycle for other in others], now)
        ticking = [running, *(other for other in others if other.cycle in due)]
        rules = self.rules.get(running.user_id, ())
        match tick(running.cycle, rules, now, [other.cycle for other in others]):
            case Ticks(cycles=ticks):
                after = [self._ticked(*each, now) for each in zip(ticking, ticks, strict=True)]
                self.cycles = [other for other in self.cycles if other not in ticking]
                self.cycles += [cycle for cycle in after if cycle is not None]
            case HoldCycle(until=until) | LetOthersMove(until=until):
                self.cycles[self.cycles.index(running)] = replace(
                    running, cycle=replace(running.cycle, next_tick=until)
                )
            case EndCycle():
                self.cycles.remove(running)
            case never:
                assert_never(never)

    def _ticked(self, running: RunningCycle, done: Tick, now: datetime) -> RunningCycle | None:
        """The cycle after this; None when it has nothing more to do."""
        self._page(running, done.pages, now)
        cycle = replace(running.cycle, last_tick=now, next_tick=done.next_tick)
        return replace(running, cycle=cycle) if done.next_tick is not None else None

    def _page(self, running: RunningCycle, pages: Iterable[DuePage], now: datetime) -> None:
        for page in pages:
            self._add(
                Event(
                    at=now,
                    kind=EventKind.PAGE,
                    step_number=running.step_number,
                    loop_count=running.loop_count,
                    user_id=running.user_id,
                    contact_method_id=page.rule.contact_method_id,
                    rule_id=page.rule.id,
                    bundled=page.bundled,
                )
            )

    def _add(self, page: Event) -> None:
        """A page goes out now, instead of those to the same destination that still wait."""
        self.events.append(page)
        self.pending = [
            replace(other, waiting=replace(other.waiting, later_page_goes=True))
            if _destination(other.event) == _destination(page)
            else other
            for other in self.pending
        ]

    def _sent(self, page: PendingPage, alert: AlertMoment) -> PendingPage | None:
        """The page, when it still waits after what it does now."""
        if page.due > alert.now:
            return page
        waiting = replace(page.waiting, alert_status=alert.status, maintenance_until=alert.maintenance_until)
        match may_send(waiting, alert.now):
            case Send():
                self.events.append(replace(page.event, at=alert.now))
                return None
            case Bundle():
                self.events.append(replace(page.event, at=alert.now, bundled=True))
                return None
            case Cancel():
                return None
            case Defer(until=until) | LetOthersMove(until=until):
                return replace(page, due=until)
            case never:
                assert_never(never)


def _as_of_now(cycle: Cycle, alert: AlertMoment) -> Cycle:
    return replace(
        cycle,
        alert_status=alert.status,
        maintenance_until=alert.maintenance_until,
        alert_moves_at=alert.moves_at,
    )


def _destination(page: Event) -> tuple[UUID | None, UUID | None]:
    return page.contact_method_id, page.channel_id
