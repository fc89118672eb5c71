"""What came in, how soon it was taken and closed, and whom it paged, over some days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

import asyncpg

from tocsin.db.sql import Statements
from tocsin.domain.report_hours import Hour, Stretch
from tocsin.store.listing import Database

_sql = Statements("tocsin.store", "reports.sql")

_Window: TypeAlias = tuple[object, object, object]


@dataclass(frozen=True, slots=True)
class Soon:
    """Within how many seconds half of them and nine in ten were done. None: none was."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class OfService:
    """Alerts of a service (or of all), and pages that went out for any alert of it.

    Times are from when an alert came in: to its first acknowledgement or snooze, to its close.
    """

    id: UUID | None
    name: str
    alerts: int = 0
    night_alerts: int = 0
    acknowledged: int = 0
    closed: int = 0
    to_acknowledge: Soon = Soon()
    to_close: Soon = Soon()
    pages: int = 0
    night_pages: int = 0


@dataclass(frozen=True, slots=True)
class OfPerson:
    """Pages that went out to somebody, and about how many alerts."""

    id: UUID
    name: str
    alerts: int
    pages: int
    night_pages: int


@dataclass(frozen=True, slots=True)
class OfHour:
    """What came in and went out within an hour."""

    hour: Hour
    alerts: int
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about a stretch of days. ``total`` holds times of all alerts together."""

    total: OfService
    services: Sequence[OfService]
    people: Sequence[OfPerson]
    hours: Sequence[OfHour]


async def report(database: Database, stretch: Stretch) -> Report:
    """The report on these days."""
    span = stretch.span
    window = (span.start, span.end, [moment for night in stretch.nights() for moment in night])
    services = await _services(database, window)
    hours = await _hours(database, stretch)
    people = [OfPerson(**row) for row in await database.fetch(_sql["people"], *window)]
    total = next(one for one in services if one.id is None)
    by_alerts = sorted(
        (one for one in services if one.id is not None), key=lambda one: (-one.alerts, -one.pages, one.name.lower())
    )
    return Report(_with_pages(total, hours), by_alerts, people, hours)


async def _services(database: Database, window: _Window) -> Sequence[OfService]:
    """Each service that had an alert or a page, and all together without pages."""
    pages = {row["service_id"]: row for row in await database.fetch(_sql["pages_by_service"], *window)}
    found = []
    for row in await database.fetch(_sql["alerts_by_service"], *window):
        paged = pages.pop(row["service_id"], None)
        found.append(_of_service(row, paged["pages"] if paged else 0, paged["night_pages"] if paged else 0))
    quiet = [
        OfService(key, row["name"], pages=row["pages"], night_pages=row["night_pages"]) for key, row in pages.items()
    ]
    return [*found, *quiet]


def _of_service(row: asyncpg.Record, pages: int, night_pages: int) -> OfService:
    return OfService(
        id=row["service_id"],
        name=row["name"] or "All services",
        alerts=row["alerts"],
        night_alerts=row["night_alerts"],
        acknowledged=row["acknowledged"],
        closed=row["closed"],
        to_acknowledge=Soon(*row["to_acknowledge"] or ()),
        to_close=Soon(*row["to_close"] or ()),
        pages=pages,
        night_pages=night_pages,
    )


async def _hours(database: Database, stretch: Stretch) -> Sequence[OfHour]:
    hours = stretch.hours()
    window = (*stretch.span, [hour.start for hour in hours])
    alerts = {row["hour"]: row["count"] for row in await database.fetch(_sql["alerts_by_hour"], *window)}
    pages = {row["hour"]: row["count"] for row in await database.fetch(_sql["pages_by_hour"], *window)}
    return [OfHour(hour, alerts.get(place, 0), pages.get(place, 0)) for place, hour in enumerate(hours, 1)]


def _with_pages(total: OfService, hours: Sequence[OfHour]) -> OfService:
    return replace(
        total,
        pages=sum(one.pages for one in hours),
        night_pages=sum(one.pages for one in hours if one.hour.is_night),
    )
