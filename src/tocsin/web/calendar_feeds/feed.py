"""``GET /calendar/<secret>.ics``: the shifts of a user, schedule or team, for a calendar program.

No sign-in: the address is secret. A shift keeps its UID from one fetch to the next, so that a program recognises it:
the UID follows from whose shift it is, by which schedule or rotation, and from which minute on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.auth import Config, Database
from tocsin.store.on_call import calendar_feeds, feed_shifts
from tocsin.store.on_call.calendar_feeds import FeedOwner
from tocsin.store.on_call.feed_shifts import FeedShift, FeedShifts
from tocsin.web.calendar_feeds.ical import Calendar, CalendarEvent

router = APIRouter(include_in_schema=False)

REFRESH = timedelta(hours=1)
_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


@router.api_route("/calendar/{secret}.ics", methods=["GET", "HEAD"])
async def feed(request: Request, secret: str, pool: Database, settings: Config) -> Response:
    """The shifts of the next ninety days, those under way among them. Times are in UTC."""
    owner = await calendar_feeds.owner_of(pool, secret)
    found = await feed_shifts.ahead(pool, owner.kind, owner.id)
    made = calendar(owner, found, settings.base_url)
    headers = {**_HEADERS, "ETag": _tag(made)}
    if headers["ETag"] in _tags(request.headers.get("If-None-Match", "")):
        return Response(status_code=304, headers=headers)
    return Response(made.text(found.now), media_type="text/calendar; charset=utf-8", headers=headers)


def calendar(owner: FeedOwner, feed_shifts: FeedShifts, url: str) -> Calendar:
    """The shifts as a calendar, which says what is left out of it."""
    missing = ", ".join(feed_shifts.left_out)
    description = (
        f"Shifts are missing, or as last known: {missing} cannot be read. Edit it in Tocsin." if missing else ""
    )
    events = [_event(owner, shift, feed_shifts, url) for shift in feed_shifts.shifts]
    seen = [event for event in events if event.start < event.end]  # not what begins and ends within one minute
    return Calendar(f"{owner.id}@tocsin", f"On call: {owner.name}", description, REFRESH, seen)


def _event(owner: FeedOwner, shift: FeedShift, feed_shifts: FeedShifts, url: str) -> CalendarEvent:
    start = _minute(shift.start_at)
    who = "On call" if owner.kind == "user" else feed_shifts.names[shift.user_id]
    return CalendarEvent(
        uid=uid(shift.user_id, shift.source_id, start),
        start=start,
        end=_minute(shift.end_at),
        summary=f"{who}: {shift.source_name}",
        url=f"{url}/{shift.kind}s/{shift.source_id}",
    )


def uid(user_id: UUID, source_id: UUID, start: datetime) -> str:
    """The shift's permanent id."""
    return f"{uuid5(NAMESPACE_URL, f'tocsin:{source_id}:{user_id}:{start:%Y%m%dT%H%M}')}@tocsin"


def _minute(moment: datetime) -> datetime:
    """The instant cut to its minute: people's changes come at any second, and no calendar shows seconds."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _tag(made: Calendar) -> str:
    """The calendar's ETag: a hash of everything except the time of the fetch, which each event names."""
    said = [made.uid, made.name, made.description, *(part for event in made.events for part in _parts(event))]
    return f'"{sha256(chr(0).join(said).encode("utf-8", "replace")).hexdigest()[:32]}"'


def _parts(event: CalendarEvent) -> tuple[str, ...]:
    return event.uid, event.end.isoformat(), event.summary, event.url


def _tags(header: str) -> Sequence[str]:
    """The tags of ``If-None-Match``, weak tags among them."""
    return [each.strip().removeprefix("W/") for each in header.split(",")]
