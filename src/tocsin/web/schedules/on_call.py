"""Who is on call this week by every schedule: days as columns, or as a list on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.domain.spans import Span, intersection
from tocsin.http.auth import Database
from tocsin.store.instants import now
from tocsin.store.on_call import on_call_week
from tocsin.store.on_call.on_call_week import ScheduleTimes
from tocsin.web.kit import days
from tocsin.web.kit.choices import id_of, team_choices
from tocsin.web.kit.days import Day
from tocsin.web.kit.forms import Form
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of

router = APIRouter(include_in_schema=False)

MOST_SCHEDULES = 200


@dataclass(frozen=True, slots=True)
class OnCallEntry:
    """Somebody on call on a day, or nobody (``name`` None), with the times where it is not the whole day."""

    name: str | None
    user_id: UUID | None
    times: str


@dataclass(frozen=True, slots=True)
class ScheduleWeek:
    """A schedule and its entries of each day of the week."""

    id: UUID
    name: str
    days: Sequence[Sequence[OnCallEntry]]


@router.get("/on-call")
async def show(request: Request, viewer: Viewer, pool: Database) -> Response:
    """Every schedule over one week, in the viewer's zone; those of one team, or those that the viewer has shifts of."""
    form = Form(request.query_params.multi_items())
    zone, moment = zone_of(request), await now(pool)
    today = moment.astimezone(zone).date()
    window = days.chosen_window("week", form.value("day"), zone, today)
    found, has_more = await on_call_week.by_schedule(pool, id_of(form.value("team")), window.span, MOST_SCHEDULES)
    if form.has("mine"):
        found = [times for times in found if any(shift.user_id == viewer.user_id for shift in times.shifts)]
    values: dict[str, Any] = {
        "window": window,
        "today": today,
        "rows": [_row(times, window.days, zone) for times in found],
        "has_more": has_more,
        "teams": await team_choices(pool, "All teams"),
        "form": form,
        "now": moment,
    }
    return await page(request, viewer, "schedules/on_call.html.j2", live="on-call", **values)


def _row(times: ScheduleTimes, days: Sequence[Day], zone: ZoneInfo) -> ScheduleWeek:
    return ScheduleWeek(times.id, times.name, [_entries(times, day, zone) for day in days])


def _entries(times: ScheduleTimes, day: Day, zone: ZoneInfo) -> Sequence[OnCallEntry]:
    """Who is on call on the day and when nobody is, by start."""
    spans: list[tuple[Span, str | None, UUID | None]] = [
        (Span(shift.start_at, shift.end_at), shift.name, shift.user_id) for shift in times.shifts
    ]
    spans += [(gap, None, None) for gap in times.gaps]
    cut = [(part, name, user) for span, name, user in spans for part in intersection([span], [day.span])]
    ordered = sorted(cut, key=lambda one: (one[0].start, one[1] or ""))
    return [OnCallEntry(name, user, _times(part, day, zone)) for part, name, user in ordered]


def _times(part: Span, day: Day, zone: ZoneInfo) -> str:
    """From when to when within the day; empty for all of it."""
    if part == day.span:
        return ""
    start, end = f"{part.start.astimezone(zone):%H:%M}", f"{part.end.astimezone(zone):%H:%M}"
    if part.start == day.span.start:
        return f"until {end}"
    return f"from {start}" if part.end == day.span.end else f"{start} – {end}"
