"""What would happen to an alert if nobody touched it: the steps it would enter, the pages it would send, and when.

A forecast calls the same functions as the engine, ``decide`` and ``tick``, at each moment at which they have something
to do. It writes nothing, and assumes that every page is delivered at its first attempt. At one instant the alert moves
before its notification cycles do, as in the engine.

What changes by itself is foreseen: handoffs, rules, overrides, temporary schedules, maintenance, acknowledgements that
run out. What people change is not. A forecast ends when nothing is left to come, at its horizon, or at its limit of
events: a policy that repeats for ever has no other end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
from tocsin.domain.forecast.pages import AlertMoment, ForecastPages, PendingPage, RunningCycle
from tocsin.domain.forecast.view import ForecastView

HORIZON = timedelta(hours=24)
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Start:
    """An alert at the moment ``at``, with all that already runs for it."""

    at: datetime
    alert: EscalationState
    cycles: Sequence[RunningCycle] = ()
    pages: Sequence[PendingPage] = ()


def new_alert(view: ForecastView, at: datetime) -> Start:
    """An alert that comes in at ``at``."""
    return Start(at, EscalationState("triggered", "new", view.policy.id, next_escalation=at))


def by_hand(start: Start) -> Start:
    """The open alert as it is once somebody has asked for its next step (A5)."""
    return replace(start, alert=replace(start.alert, status="triggered", forced=True, next_escalation=start.at))


def forecast(
    view: ForecastView, start: Start, horizon: timedelta = HORIZON, most_events: int = MOST_EVENTS
) -> Forecast:
    """What becomes of the alert, up to and with the horizon, in at most so many events.

    ``start.at`` is not before the view's now.
    """
    end = start.at + horizon
    course = _Course(view, end, start)
    while len(course.events) <= most_events:
        moment = course.next_moment()
        if moment is None:
            return Forecast(start.at, course.ending(), course.events)
        if moment > end:
            return Forecast(start.at, Ending.HORIZON, course.events)
        course.go_to(moment)
    return Forecast(start.at, Ending.LIMIT, course.events[:most_events])


class _Course:
    """An alert during a forecast: its state at ``now``, and the events so far.

    ``wake`` is when the alert itself has something to do next.
    """

    def __init__(self, view: ForecastView, end: datetime, start: Start) -> None:
        self.view, self.end = view, end
        self.now = start.at
        self.alert = start.alert
        self.wake: datetime | None = start.at
        self.events: list[Event] = []
        self.pages = ForecastPages(view.rules, self.events, list(start.cycles), list(start.pages))

    def next_moment(self) -> datetime | None:
        moments = [*self.pages.moments(), *([self.wake] if self.wake is not None else [])]
        return max(min(moments), self.now) if moments else None

    def go_to(self, moment: datetime) -> None:
        """Do everything that is due at the moment, which is the one that ``next_moment`` gave."""
        self.now = moment
        if self.wake is not None and self.wake <= moment:
            self._move()
        else:
            moves_at = self.wake if self.alert.status == "triggered" else None
            until = self.view.maintenance.until(moment)
            self.pages.go_on(AlertMoment(moment, self.alert.status, moves_at, until))

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
        self._skip(decision.skipped)
        self._tell(
            EventKind.ESCALATED,
            reason=decision.reason,
            policy_id=decision.policy_id,
            until=until,
            people=self._people(step.id),
            step_number=decision.step_number,
            loop_count=decision.loop_count,
        )
        self.pages.enter(decision, self.now)

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
        """When an alert that found nobody tries again: as soon as somebody who can be paged comes on call."""
        due = self.alert.next_escalation
        if due is None:
            return None
        newcomer = self.view.next_newcomer(self.view.definition_of(self.alert), self.now, min(due, self.end))
        return newcomer or due

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
