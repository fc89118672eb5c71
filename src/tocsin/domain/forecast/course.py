"""What would happen to an alert if nobody touched it: the steps it would enter, the pages it would send, and when.

A forecast asks the same functions as the engine, ``decide`` and ``tick``, from one moment at which
they have something to do to the next. It writes nothing, and every page counts as delivered at its first attempt. At
one instant the alert moves before its notification cycles do, as in the engine.

What changes by itself is foreseen: handoffs, rules, overrides, temporary schedules, maintenance, acknowledgements that
run out. What people change is not. A forecast ends when nothing is left to come, at its horizon, or at its limit of
events: a policy that repeats for ever has no other end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

from tocsin.domain.escalation.apply import apply
from tocsin.domain.escalation.decide import decide
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
from tocsin.domain.escalation.state import EscalationState
from tocsin.domain.forecast.events import Ending, Event, EventKind, Forecast, Person
from tocsin.domain.forecast.view import ForecastView
from tocsin.domain.paging.cycle import Cycle, DuePage, EndCycle, HoldCycle, Tick, Ticks, due_beside, tick
from tocsin.domain.paging.reasons import LetOthersMove
from tocsin.domain.paging.sending import Bundle, Cancel, Defer, Send, Waiting, may_send

HORIZON = timedelta(hours=24)
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """A notification cycle under way, whose, and for which step. It looks next at its ``next_tick``, which is set."""

    user_id: UUID
    cycle: Cycle
    step_number: int
    loop_count: int

    @property
    def next_tick(self) -> datetime:
        assert self.cycle.next_tick is not None
        return self.cycle.next_tick


@dataclass(frozen=True, slots=True)
class Pending:
    """A page that is written and not sent yet, and what decides whether it will be."""

    event: Event
    waiting: Waiting
    due: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """An alert at the moment ``at``, with all that already runs for it."""

    at: datetime
    alert: EscalationState
    cycles: Sequence[RunningCycle] = ()
    pages: Sequence[Pending] = ()


def new_alert(view: ForecastView, at: datetime) -> Start:
    """An alert that comes in at ``at``."""
    return Start(at, EscalationState("triggered", "new", view.policy.id, next_escalation=at))


def by_hand(start: Start) -> Start:
    """The open alert with somebody's wish that it escalate now (A5)."""
    return replace(start, alert=replace(start.alert, status="triggered", forced=True, next_escalation=start.at))


def forecast(
    view: ForecastView, start: Start, horizon: timedelta = HORIZON, most_events: int = MOST_EVENTS
) -> Forecast:
    """What becomes of the alert, up to and with the horizon, in at most so many events.

    ``start.at`` is not before the view's now.
    """
    end = start.at + horizon
    course = _Course(view, end, start.at, start.alert, list(start.cycles), list(start.pages), start.at)
    while len(course.events) <= most_events:
        moment = course.next_moment()
        if moment is None:
            return Forecast(start.at, course.ending(), course.events)
        if moment > end:
            return Forecast(start.at, Ending.HORIZON, course.events)
        course.go_to(moment)
    return Forecast(start.at, Ending.LIMIT, course.events[:most_events])


@dataclass(slots=True)
class _Course:
    """An alert during a forecast: its state at ``now``, and the events so far.

    ``wake`` is when the alert itself has something to do next.
    """

    view: ForecastView
    end: datetime
    now: datetime
    alert: EscalationState
    cycles: list[RunningCycle]
    pages: list[Pending]
    wake: datetime | None
    events: list[Event] = field(default_factory=list)

    def next_moment(self) -> datetime | None:
        moments = [*(cycle.next_tick for cycle in self.cycles), *(page.due for page in self.pages)]
        if self.wake is not None:
            moments.append(self.wake)
        return max(min(moments), self.now) if moments else None

    def go_to(self, moment: datetime) -> None:
        """Do all that is due at the moment, the next of any."""
        self.now = moment
        if self.wake is not None and self.wake <= moment:
            self._move()
            return
        self._tick()
        self.pages = [left for page in self.pages if (left := self._sent(page)) is not None]

    def ending(self) -> Ending:
        if self.alert.status != "triggered":
            return Ending(self.alert.status)
        return Ending.NO_STEPS if self.alert.state == "no_steps" else Ending.EXHAUSTED

    def _move(self) -> None:
        alert = replace(self.alert, maintenance_until=self.view.maintenance.until(self.now))
        policy = self.view.policy_at(self.view.definition_of(alert), self.now)
        decision = decide(alert, policy, self.now)
        self._tell_of(decision)
        self.alert = apply(self.alert, decision, self.now)
        self.wake = self._next_wake(decision)

    def _tell_of(self, decision: EscalationDecision) -> None:
        match decision:
            case Enter():
                self._enter(decision)
            case FoundNobody():
                self._find_nobody(decision)
            case Exhaust(reason=reason, skipped=skipped):
                self._skip(skipped)
                self._tell(EventKind.EXHAUSTED, reason=reason)
            case HandOver(reason=reason, policy_id=policy_id, skipped=skipped):
                self._skip(skipped)
                self._tell(EventKind.HANDED_OVER, reason=reason, policy_id=policy_id)
            case Hold(state=state, reason=reason):
                until = self.view.maintenance.until(self.now) if state == "maintenance" else None
                self._tell(EventKind.HELD, reason=reason, until=until)
            case Reopen(reason=reason):
                self._tell(EventKind.REOPENED, reason=reason)
            case Renew() | Stop() | Wait():
                pass
            case _:
                assert_never(decision)

    def _enter(self, decision: Enter) -> None:
        step, until = decision.step, self.now + decision.step.delay
        place = {"step_number": decision.step_number, "loop_count": decision.loop_count}
        self._skip(decision.skipped)
        self._tell(
            EventKind.ESCALATED,
            reason=decision.reason,
            policy_id=decision.policy_id,
            until=until,
            people=self._people(step.id),
            **place,
        )
        for channel_id in step.channels:
            self._tell(EventKind.PAGE, channel_id=channel_id, **place)
            self._bundle(channel_id=channel_id)
        self._start_cycles(decision)

    def _start_cycles(self, decision: Enter) -> None:
        """Where everyone must acknowledge, a user's new cycle takes over the repeating from the former ones."""
        step, users = decision.step, [user.id for user in decision.step.users if user.reachable]
        repeat_every = step.delay if step.ack_by == "everyone" else None
        if repeat_every is not None:
            self.cycles = [
                replace(cycle, cycle=replace(cycle.cycle, repeat_every=None)) if cycle.user_id in users else cycle
                for cycle in self.cycles
            ]
        number = max((cycle.cycle.number for cycle in self.cycles), default=0) + 1
        cycle = Cycle("triggered", self.now, repeat_every=repeat_every, next_tick=self.now, number=number)
        self.cycles += [RunningCycle(user, cycle, decision.step_number, decision.loop_count) for user in users]

    def _find_nobody(self, decision: FoundNobody) -> None:
        until = self.now + decision.wait
        unreachable = [Person(user, False) for skip in decision.skipped for user in skip.unreachable]
        self._tell(
            EventKind.NOBODY_ON_CALL,
            reason=decision.reason,
            policy_id=decision.policy_id,
            until=until,
            people=unreachable,
        )

    def _next_wake(self, decision: EscalationDecision) -> datetime | None:
        if self.alert.state == "maintenance" and self.alert.status == "triggered":
            return self.view.maintenance.until(self.now) or self.now
        if self.alert.state == "nobody":
            self.alert = replace(self.alert, next_escalation=self._next_look())
        elif isinstance(decision, Stop | Wait):
            return decision.until
        return self.alert.next_escalation

    def _next_look(self) -> datetime | None:
        """An alert that found nobody looks again as soon as somebody who can be paged comes on call."""
        due = self.alert.next_escalation
        if due is None:
            return None
        newcomer = self.view.next_newcomer(self.view.definition_of(self.alert), self.now, min(due, self.end))
        return newcomer or due

    def _tick(self) -> None:
        """Do what the cycles that are due do; those of one user do it together."""
        if all(cycle.next_tick > self.now for cycle in self.cycles):
            return
        until = self.view.maintenance.until(self.now)
        self.cycles = [replace(cycle, cycle=self._as_of_now(cycle.cycle, until)) for cycle in self.cycles]
        for running in self.cycles.copy():
            if running in self.cycles and running.next_tick <= self.now:
                self._tick_with_others(running)

    def _as_of_now(self, cycle: Cycle, maintenance_until: datetime | None) -> Cycle:
        moves_at = self.wake if self.alert.status == "triggered" else None
        return replace(
            cycle, alert_status=self.alert.status, maintenance_until=maintenance_until, alert_moves_at=moves_at
        )

    def _tick_with_others(self, running: RunningCycle) -> None:
        others = [other for other in self.cycles if other.user_id == running.user_id and other != running]
        due = due_beside([other.cycle for other in others], self.now)
        ticking = [running, *(other for other in others if other.cycle in due)]
        rules = self.view.rules.get(running.user_id, ())
        match tick(running.cycle, rules, self.now, [other.cycle for other in others]):
            case Ticks(cycles=ticks):
                after = [self._ticked(*each) for each in zip(ticking, ticks, strict=True)]
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

    def _ticked(self, running: RunningCycle, tick: Tick) -> RunningCycle | None:
        """The cycle after this; None when it has nothing more to do."""
        self._page(running, tick.pages)
        cycle = replace(running.cycle, last_tick=self.now, next_tick=tick.next_tick)
        return replace(running, cycle=cycle) if tick.next_tick is not None else None

    def _page(self, running: RunningCycle, pages: Iterable[DuePage]) -> None:
        for page in pages:
            self._tell(
                EventKind.PAGE,
                step_number=running.step_number,
                loop_count=running.loop_count,
                user_id=running.user_id,
                contact_method_id=page.rule.contact_method_id,
                rule_id=page.rule.id,
                bundled=page.bundled,
            )
            self._bundle(contact_method_id=page.rule.contact_method_id)

    def _bundle(self, contact_method_id: UUID | None = None, channel_id: UUID | None = None) -> None:
        """A page goes there now, instead of those that still wait to."""
        there = (contact_method_id, channel_id)
        self.pages = [
            replace(page, waiting=replace(page.waiting, later_page_goes=True))
            if (page.event.contact_method_id, page.event.channel_id) == there
            else page
            for page in self.pages
        ]

    def _sent(self, page: Pending) -> Pending | None:
        """The page, when it still waits after what it does now."""
        if page.due > self.now:
            return page
        until = self.view.maintenance.until(self.now)
        waiting = replace(page.waiting, alert_status=self.alert.status, maintenance_until=until)
        match may_send(waiting, self.now):
            case Send():
                self.events.append(replace(page.event, at=self.now))
                return None
            case Bundle():
                self.events.append(replace(page.event, at=self.now, bundled=True))
                return None
            case Cancel():
                return None
            case Defer(until=until) | LetOthersMove(until=until):
                return replace(page, due=until)
            case never:
                assert_never(never)

    def _people(self, step_id: UUID) -> Sequence[Person]:
        definition = self.view.definition_of(self.alert)
        step = next(step for step in definition.steps if step.id == step_id)
        causes_by_user = self.view.on_call_causes(step, self.now)
        return [Person(user_id, bool(self.view.rules[user_id]), because) for user_id, because in causes_by_user.items()]

    def _skip(self, skipped: Iterable[Skipped]) -> None:
        for skip in skipped:
            people = [Person(user_id, False) for user_id in skip.unreachable]
            self._tell(
                EventKind.STEP_SKIPPED,
                reason=EscalationReason.NOBODY_ON_CALL,
                step_number=skip.step_number,
                people=people,
            )

    def _tell(self, kind: EventKind, **details: Any) -> None:
        self.events.append(Event(at=self.now, kind=kind, **details))
