"""What came in, how soon it was taken and closed, and whom it paged, over some days."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.domain.report_hours import Hour, Stretch

_sql = Statements(__package__, "reports.sql")


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Within how many seconds half of them and nine in ten were done. None: none was."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """Alerts of a service (or of all), and pages that went out for any alert of it.

    Times are from when an alert came in: to its first acknowledgement or snooze, to its close.
    """

    id: UUID | None
    name: str
    alerts: int = 0
    night_alerts: int = 0
    acknowledged: int = 0
    closed: int = 0
    to_acknowledge: Quantiles = Quantiles()
    to_close: Quantiles = Quantiles()
    pages: int = 0
    night_pages: int = 0


@dataclass(frozen=True, slots=True)
class UserReport:
    """Pages that went out to somebody, and about how many alerts."""

    id: UUID
    name: str
    alerts: int
    pages: int
    night_pages: int


@dataclass(frozen=True, slots=True)
class HourReport:
    """What came in and went out within an hour."""

    hour: Hour
    alerts: int
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about a stretch of days. ``total`` holds times of all alerts together."""

    total: ServiceReport
    services: Sequence[ServiceReport]
    people: Sequence[UserReport]
    hours: Sequence[HourReport]


async def report(pool: Pool, stretch: Stretch) -> Report:
    """The report on these days. Its statements run side by side, each on a connection of its own."""
    span, hours = stretch.span, stretch.hours()
    window = (span.start, span.end, [moment for night in stretch.nights() for moment in night])
    by_hour = (span.start, span.end, [hour.start for hour in hours])
    alerts, pages, people, alert_hours, page_hours = await asyncio.gather(
        pool.fetch(_sql["alerts_by_service"], *window),
        pool.fetch(_sql["pages_by_service"], *window),
        pool.fetch(_sql["people"], *window),
        pool.fetch(_sql["alerts_by_hour"], *by_hour),
        pool.fetch(_sql["pages_by_hour"], *by_hour),
    )
    services = _services(alerts, pages)
    counts = _hours(hours, alert_hours, page_hours)
    total = next(service for service in services if service.id is None)
    return Report(
        total=_with_pages(total, counts),
        services=sorted((service for service in services if service.id is not None), key=_most_first),
        people=[UserReport(**row) for row in people],
        hours=counts,
    )


def _most_first(service: ServiceReport) -> tuple[int, int, str]:
    return -service.alerts, -service.pages, service.name.lower()


def _services(alerts: Sequence[asyncpg.Record], pages: Sequence[asyncpg.Record]) -> Sequence[ServiceReport]:
    """Each service that had an alert or a page, and all together without pages."""
    paged = {row["service_id"]: row for row in pages}
    found = [_of_service(row, paged.pop(row["service_id"], None)) for row in alerts]
    quiet = [
        ServiceReport(key, row["name"], pages=row["pages"], night_pages=row["night_pages"])
        for key, row in paged.items()
    ]
    return [*found, *quiet]


def _of_service(row: asyncpg.Record, paged: asyncpg.Record | None) -> ServiceReport:
    return ServiceReport(
        id=row["service_id"],
        name=row["name"] or "All services",
        alerts=row["alerts"],
        night_alerts=row["night_alerts"],
        acknowledged=row["acknowledged"],
        closed=row["closed"],
        to_acknowledge=Quantiles(*row["to_acknowledge"] or ()),
        to_close=Quantiles(*row["to_close"] or ()),
        pages=paged["pages"] if paged else 0,
        night_pages=paged["night_pages"] if paged else 0,
    )


def _hours(
    hours: Sequence[Hour], alerts: Sequence[asyncpg.Record], pages: Sequence[asyncpg.Record]
) -> Sequence[HourReport]:
    came, went = ({row["hour"]: row["count"] for row in rows} for rows in (alerts, pages))
    return [HourReport(hour, came.get(place, 0), went.get(place, 0)) for place, hour in enumerate(hours, 1)]


def _with_pages(total: ServiceReport, hours: Sequence[HourReport]) -> ServiceReport:
    return replace(
        total,
        pages=sum(hour.pages for hour in hours),
        night_pages=sum(hour.pages for hour in hours if hour.hour.is_night),
    )
