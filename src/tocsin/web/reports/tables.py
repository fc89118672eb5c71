"""The tables of a report, as pages and spreadsheets show them."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, TypeVar

from tocsin.store.alerts.reports import HourReport, Report, ServiceReport

K = TypeVar("K", date, int)

Cell: TypeAlias = str | int | float | None
TableRows: TypeAlias = Iterable[Sequence[Cell]]

# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_SERVICE_HEADINGS = (
    "service",
    "alerts",
    "alerts_at_night",
    "pages",
    "pages_at_night",
    "acknowledged",
    "median_seconds_to_acknowledge",
    "p90_seconds_to_acknowledge",
    "closed",
    "median_seconds_to_close",
    "p90_seconds_to_close",
)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many alerts came in and how many pages went out."""

    alerts: int = 0
    pages: int = 0


def by_day(report: Report) -> Sequence[tuple[date, Sums]]:
    """Sums of each day, in order."""
    return _sums(report.hours, lambda one: one.hour.day)


def by_hour(report: Report) -> Sequence[tuple[int, Sums]]:
    """Sums of each hour of the day."""
    return sorted(_sums(report.hours, lambda one: one.hour.hour), key=lambda pair: pair[0])


def csv_text(rows: TableRows) -> str:
    """The rows as CSV, seconds to the millisecond.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return round(cell, 3)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _sums(hours: Iterable[HourReport], key: Callable[[HourReport], K]) -> Sequence[tuple[K, Sums]]:
    found: dict[K, Sums] = {}
    for hour in hours:
        before = found.get(key(hour), Sums())
        found[key(hour)] = Sums(before.alerts + hour.alerts, before.pages + hour.pages)
    return list(found.items())


def _services(report: Report) -> TableRows:
    yield _SERVICE_HEADINGS
    yield from map(_service, report.services)


def _service(service: ServiceReport) -> Sequence[Cell]:
    acknowledge, close = service.to_acknowledge, service.to_close
    counts = (service.alerts, service.night_alerts, service.pages, service.night_pages)
    return (
        service.name,
        *counts,
        service.acknowledged,
        acknowledge.median,
        acknowledge.p90,
        service.closed,
        close.median,
        close.p90,
    )


def _people(report: Report) -> TableRows:
    yield ("person", "alerts", "pages", "pages_at_night")
    yield from ((person.name, person.alerts, person.pages, person.night_pages) for person in report.people)


def _days(report: Report) -> TableRows:
    yield ("day", "alerts", "pages")
    yield from ((day.isoformat(), sums.alerts, sums.pages) for day, sums in by_day(report))


def _hours(report: Report) -> TableRows:
    yield ("hour", "alerts", "pages")
    yield from ((hour, sums.alerts, sums.pages) for hour, sums in by_hour(report))


TABLES: Mapping[str, Callable[[Report], TableRows]] = {
    "services": _services,
    "people": _people,
    "days": _days,
    "hours": _hours,
}
"""The tables by the names of their files."""
