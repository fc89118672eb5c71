"""Alerts as they are read: one, or a list, newest first or most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain import maintenance
from tocsin.domain.alert_link import AlertLink
from tocsin.domain.escalation.state import STATES_HELD, AlertStatus
from tocsin.domain.severity import Severity
from tocsin.errors import NotFound
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "alert_list.sql")

LIST = _sql["list"]


@dataclass(frozen=True, slots=True)
class AlertEscalation:
    """Where the alert stands on its policy. A closed one stands nowhere: state ``closed``, the rest None.

    ``version`` counts its moves, ``escalation_count`` the steps it has entered. ``held_until``: no step is entered
    before, since the service is in maintenance.
    """

    state: str
    step_number: int | None
    loop_count: int | None
    escalation_count: int | None
    last_escalation_at: datetime | None
    next_escalation_at: datetime | None
    held_until: datetime | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert and its service as they are now. ``taken_by``: who acknowledged or snoozed it last, while it is theirs.

    A list has the first 1,000 characters of the details, and says whether there are more.

    ``urgency`` is 0 for what is most urgent: triggered before acknowledged before closed, and open ones by severity.
    """

    id: int
    service_id: UUID
    service_name: str
    team_id: UUID | None
    status: AlertStatus
    severity: Severity
    summary: str
    details: str
    details_truncated: bool
    labels: Mapping[str, str]
    links: Sequence[AlertLink]
    dedup_key: str
    count: int
    created_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    closed_at: datetime | None
    urgency: int
    taken_by: str | None
    taken_at: datetime | None
    escalation: AlertEscalation


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts: those that meet every condition given. ``label_names`` are labels of any value.

    ``favourites_of``: on a favourite service of this user. ``mine_of``: open, and paging this user or acknowledged by
    them.
    """

    statuses: Sequence[AlertStatus] = ()
    service_id: UUID | None = None
    escalation_policy_id: UUID | None = None
    team_id: UUID | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    label_names: Sequence[str] = ()
    q: str | None = None
    favourites_of: UUID | None = None
    mine_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertList:
    """Some alerts of a list, and the id to go on below when there are more."""

    items: Sequence[Alert]
    next: int | None


@dataclass(frozen=True, slots=True)
class UrgencyPosition:
    """A place in a list by urgency: behind the alert with this number, when it is this urgent."""

    urgency: int
    alert_id: int


@dataclass(frozen=True, slots=True)
class AlertListByUrgency:
    """Some alerts of a list by urgency, and the place to go on from when there are more."""

    items: Sequence[Alert]
    next: UrgencyPosition | None


async def get(database: Queryable, alert_id: int) -> Alert:
    """Raises NotFound."""
    if row := await database.fetchrow(_sql["get"], alert_id):
        return replace(_alert(row), details=row["all_details"], details_truncated=False)
    raise NotFound("no such alert")


async def page(database: Queryable, wanted: AlertFilter, below: int | None, limit: int) -> AlertList:
    """The newest alerts with an id below ``below``."""
    items, has_more = await _list(database, wanted, limit, below, False, None)
    return AlertList(items, items[-1].id if has_more else None)


async def by_urgency(
    database: Queryable, wanted: AlertFilter, after: UrgencyPosition | None, limit: int
) -> AlertListByUrgency:
    """The most urgent alerts behind a place; among the equally urgent the one that is open for the longest comes first.

    Closed ones are not urgent: the newest comes first.

    A place is a position and no snapshot: an alert that is acknowledged between two pages moves to a later one.
    """
    below, urgency = (after.alert_id, after.urgency) if after else (None, None)
    items, has_more = await _list(database, wanted, limit, below, True, urgency)
    return AlertListByUrgency(items, UrgencyPosition(items[-1].urgency, items[-1].id) if has_more else None)


async def _list(
    database: Queryable, wanted: AlertFilter, limit: int, below: int | None, *order: object
) -> tuple[Sequence[Alert], bool]:
    """Up to ``limit`` alerts, and whether there are more. ``order``: whether by urgency, and from which one on."""
    rows = await _planned_anew(
        database,
        LIST,
        list(wanted.statuses) or None,
        wanted.service_id,
        wanted.escalation_policy_id,
        wanted.team_id,
        dict(wanted.labels) or None,
        list(wanted.label_names) or None,
        wanted.q or None,
        wanted.favourites_of,
        wanted.mine_of,
        below,
        limit + 1,
        *order,
    )
    return [_alert(row) for row in rows[:limit]], len(rows) > limit


async def _planned_anew(database: Queryable, statement: str, *arguments: object) -> list[asyncpg.Record]:
    """The rows, by a plan made for these arguments: one plan for every combination of conditions is bad for most."""
    if isinstance(database, asyncpg.Pool):
        async with database.acquire() as connection:
            return await _planned_anew(connection, statement, *arguments)
    prepared = await database.prepare(statement)
    return await prepared.fetch(*arguments)


def _alert(row: asyncpg.Record) -> Alert:
    held_until = maintenance.holds(row, row["now"]) if row["state"] in STATES_HELD else None
    escalation = from_row(AlertEscalation, row, held_until=held_until)
    return from_row(Alert, row, escalation=escalation, links=[AlertLink(**link) for link in row["links"]])
