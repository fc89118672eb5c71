"""Which pages a notification cycle sends, and whether a page may still go out.

A cycle works through one user's notification rules for one entry of an alert into a step. A rule's page is due at
``started_at + delay``, and again every ``repeat_every`` on a step that everyone must acknowledge (A9). ``last_tick``
is how far the cycle has come: occurrences after it and up to now are sent, each once (N1, N2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tocsin.domain.escalation import Status


class Reason(StrEnum):
    """Why a cycle or a page ended, waits, or was not sent on its own."""

    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    IN_MAINTENANCE = "in_maintenance"
    NO_DESTINATION = "contact_method_removed"
    DISABLED = "contact_method_disabled"
    LATER_PAGE_SAYS_IT = "later_page_says_it"
    ALERT_MOVES_FIRST = "alert_moves_first"


@dataclass(frozen=True, slots=True)
class Rule:
    """A notification rule whose contact method is enabled. ``since``: when it was made."""

    id: UUID
    contact_method_id: UUID
    delay: timedelta
    since: datetime


@dataclass(frozen=True, slots=True)
class Cycle:
    """A running cycle and what decides about it.

    ``alert_moves``: the alert is due to move too, and has not yet. ``next_tick`` matters then: when the cycle was due.
    """

    alert_status: Status
    started_at: datetime
    last_tick: datetime | None = None
    repeat_every: timedelta | None = None
    maintenance_until: datetime | None = None
    next_tick: datetime | None = None
    alert_moves: bool = False


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page to write. ``bundled``: a later one to the same contact method goes out in this very tick instead."""

    rule: Rule
    round: int
    bundled: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Write these pages; look again at ``next_tick`` (None: no rule lies ahead)."""

    pages: Sequence[DuePage]
    next_tick: datetime | None


@dataclass(frozen=True, slots=True)
class EndCycle:
    """Nobody needs this cycle any more."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class HoldCycle:
    """Stand still and look again at ``until``; nothing is skipped meanwhile."""

    until: datetime
    reason: Reason = Reason.IN_MAINTENANCE


@dataclass(frozen=True, slots=True)
class LetAlertMove:
    """Look again at once: where the alert goes may take the repeating away from this cycle."""

    reason: Reason = Reason.ALERT_MOVES_FIRST


# An alert that does not move in this time (its job is parked) holds up nobody's pages.
LONGEST_COURTESY = timedelta(seconds=5)


def tick(cycle: Cycle, rules: Sequence[Rule], now: datetime) -> Tick | EndCycle | HoldCycle | LetAlertMove:
    """What the cycle does at ``now``.

    A cycle that repeats is due at the very moment at which its alert's step is over, so it lets the alert go first: a
    step that is entered again has a new cycle that pages its users now, and one page of the two is enough.

    A cycle on which everyone must acknowledge outlives another's acknowledgement; its own user's ends it by itself.
    After a time without an engine, of several overdue pages to one contact method only the latest is sent.
    """
    if cycle.alert_status == "closed":
        return EndCycle(Reason.CLOSED)
    if cycle.alert_status == "acknowledged" and cycle.repeat_every is None:
        return EndCycle(Reason.ACKNOWLEDGED)
    if cycle.maintenance_until is not None and cycle.maintenance_until > now:
        return HoldCycle(cycle.maintenance_until)
    if _lets_alert_move(cycle, now):
        return LetAlertMove()
    return Tick(_due(cycle, rules, now), _next_tick(cycle, rules, now))


def _lets_alert_move(cycle: Cycle, now: datetime) -> bool:
    if cycle.repeat_every is None or not cycle.alert_moves or cycle.next_tick is None:
        return False
    return cycle.next_tick <= now < cycle.next_tick + LONGEST_COURTESY


def _due(cycle: Cycle, rules: Sequence[Rule], now: datetime) -> Sequence[DuePage]:
    found: list[tuple[datetime, DuePage]] = []
    for rule in rules:
        number = _latest_round(cycle, rule, now)
        if number is None:
            continue
        moment = _moment(cycle, rule, number)
        if moment >= rule.since and (cycle.last_tick is None or moment > cycle.last_tick):
            found.append((moment, DuePage(rule, number)))
    found.sort(key=lambda item: (item[0], item[1].rule.id))
    latest = {page.rule.contact_method_id: page for _, page in found}
    return [
        page if latest[page.rule.contact_method_id] is page else DuePage(page.rule, page.round, bundled=True)
        for _, page in found
    ]


def _next_tick(cycle: Cycle, rules: Sequence[Rule], now: datetime) -> datetime | None:
    ahead: list[datetime] = []
    for rule in rules:
        number = _latest_round(cycle, rule, now)
        if number is None:
            ahead.append(_moment(cycle, rule, 0))
        elif cycle.repeat_every is not None:
            ahead.append(_moment(cycle, rule, number + 1))
    return min(ahead, default=None)


def _latest_round(cycle: Cycle, rule: Rule, now: datetime) -> int | None:
    """The number of the rule's latest occurrence up to ``now``, from 0; None when its first lies ahead."""
    since_first = now - (cycle.started_at + rule.delay)
    if since_first < timedelta():
        return None
    return 0 if cycle.repeat_every is None else since_first // cycle.repeat_every


def _moment(cycle: Cycle, rule: Rule, number: int) -> datetime:
    repeated = timedelta() if cycle.repeat_every is None else cycle.repeat_every * number
    return cycle.started_at + rule.delay + repeated


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page about to be sent, and what decides whether it still should be."""

    alert_status: Status
    cycle_ended: bool
    outlives_acknowledgement: bool
    destination_exists: bool
    destination_enabled: bool
    maintenance_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """It goes out now."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """It never goes out."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Defer:
    """It goes out at ``until`` at the earliest, and is asked about again then."""

    until: datetime
    reason: Reason = Reason.IN_MAINTENANCE


def may_send(page: Waiting, now: datetime) -> Send | Cancel | Defer:
    """Whether an alert's page may go out at ``now`` (N2: asked before each send)."""
    if page.alert_status == "closed":
        return Cancel(Reason.CLOSED)
    if page.cycle_ended or (page.alert_status == "acknowledged" and not page.outlives_acknowledgement):
        return Cancel(Reason.ACKNOWLEDGED)
    if not page.destination_exists:
        return Cancel(Reason.NO_DESTINATION)
    if not page.destination_enabled:
        return Cancel(Reason.DISABLED)
    if page.maintenance_until is not None and page.maintenance_until > now:
        return Defer(page.maintenance_until)
    return Send()
