"""Reports: how soon alerts are taken and closed, and how much of it falls on whom and on nights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.report_hours import Stretch, is_night
from tocsin.domain.wall_clock import wall_time
from tocsin.errors import FieldError, InvalidInput, NotFound
from tocsin.http.auth import Database
from tocsin.store.alerts import reports
from tocsin.store.alerts.reports import Report
from tocsin.store.instants import now
from tocsin.web.kit import formatting
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer, ViewerZone
from tocsin.web.reports import tables
from tocsin.web.reports.tables import Sums

router = APIRouter(include_in_schema=False)

_LONGEST = 366
_MOST_ROWS = 50
_CHOICES = (7, 30, 90, 365)
_CSV_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class PlotBar:
    """One bar of a plot."""

    caption: str
    count: int
    is_night: bool = False


@dataclass(frozen=True, slots=True)
class ReportDays:
    """The first and last day of a report as the address writes them, the viewer's zone, and the viewer's today."""

    start: str
    end: str
    zone: ZoneInfo
    today: date

    def stretch(self) -> Stretch:
        """The days. Raises InvalidInput for what is no date, the wrong way round, or too long."""
        last = _date("end", self.end) or self.today
        first = _date("start", self.start) or last - timedelta(days=29)
        if last < first:
            raise InvalidInput(FieldError("end", "the last day must not come before the first"))
        if (last - first).days >= _LONGEST:
            raise InvalidInput(FieldError("start", f"a report covers at most {_LONGEST} days"))
        return Stretch(first, last, self.zone)


async def _report_days(pool: Database, zone: ViewerZone, start: str = "", end: str = "") -> ReportDays:
    return ReportDays(start, end, zone, wall_time(await now(pool), zone).date())


Days: TypeAlias = Annotated[ReportDays, Depends(_report_days)]


@router.get("/reports")
async def show(request: Request, viewer: Viewer, pool: Database, days: Days) -> Response:
    """The report on the days asked for; the last thirty, when none are."""
    try:
        stretch = days.stretch()
    except InvalidInput as error:
        form, choices = Form.of(start=days.start, end=days.end).wrong(error), _choices(days.today, None)
        return await page(request, viewer, "reports/show.html.j2", 422, report=None, form=form, choices=choices)
    shown = _shown(await reports.report(pool, stretch), stretch)
    return await page(request, viewer, "reports/show.html.j2", choices=_choices(days.today, stretch), **shown)


@router.get("/reports/{table}.csv")
async def download(table: str, viewer: Viewer, pool: Database, days: Days) -> Response:
    """One table of the report, for spreadsheets."""
    rows = tables.TABLES.get(table)
    if rows is None:
        raise NotFound("there is no such table")
    stretch = days.stretch()
    text = tables.csv_text(rows(await reports.report(pool, stretch)))
    name = f"tocsin-{table}-{stretch.first}-{stretch.last}.csv"
    headers = {**_CSV_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _date(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(FieldError(field, "must be a date such as 2026-11-24")) from None
    if not 1970 < found.year < 2200:
        raise InvalidInput(FieldError(field, "must be a year from 1971 to 2199"))
    return found


def _shown(report: Report, stretch: Stretch) -> dict[str, Any]:
    by_day, by_hour = tables.by_day(report), tables.by_hour(report)
    return {
        "report": report,
        "form": Form.of(start=stretch.first, end=stretch.last),
        "query": urlencode({"start": stretch.first, "end": stretch.last}),
        "by_day": by_day,
        "by_hour": by_hour,
        "took": _took,
        "most_rows": _MOST_ROWS,
        "bars": {name: _bars(by_day, by_hour, name) for name in ("alerts", "pages")},
    }


def _bars(
    by_day: Sequence[tuple[date, Sums]], by_hour: Sequence[tuple[int, Sums]], name: str
) -> Mapping[str, Sequence[PlotBar]]:
    """The plots of alerts or pages: by day, and by hour of the day."""
    return {
        "days": [PlotBar(f"{day:%a} {day.day} {day:%b}", getattr(sums, name)) for day, sums in by_day],
        "hours": [PlotBar(f"{hour}:00", getattr(sums, name), is_night(hour)) for hour, sums in by_hour],
    }


def _took(seconds: float | None) -> str:
    """A duration to the second; a dash for None."""
    return "–" if seconds is None else formatting.span(timedelta(seconds=round(seconds)))


def _choices(today: date, chosen: Stretch | None) -> Sequence[tuple[str, str, bool]]:
    """The periods up to today that one can choose: caption, address, and whether the report shows this period."""
    found = []
    for days in _CHOICES:
        first = today - timedelta(days=days - 1)
        is_chosen = chosen is not None and (chosen.first, chosen.last) == (first, today)
        found.append((f"{days} days", "/reports?" + urlencode({"start": first, "end": today}), is_chosen))
    return found
