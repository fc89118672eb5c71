"""``GET /calendar/<secret>.ics``: somebody's shifts, for their own calendar program. No sign-in: the address is secret.

A shift keeps its UID from one fetch to the next, so that a program recognises it: the UID follows from whose shift it
is, by which schedule or rotation, and from which minute on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.api.auth import Config, Database
from tocsin.store import calendar_feeds, own_shifts
from tocsin.store.calendar_feeds import Owner
from tocsin.store.own_shifts import OwnShift

if TYPE_CHECKING:
    from icalendar import Calendar, Event

router = APIRouter(include_in_schema=False)

REFRESH = timedelta(hours=1)
_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


@router.get("/calendar/{secret}.ics")
async def feed(secret: str, pool: Database, settings: Config) -> Response:
    """The shifts of the next ninety days, the one under way among them. Times are in UTC."""
    owner = await calendar_feeds.owner_of(pool, secret)
    now, shifts = await own_shifts.ahead(pool, owner.id)
    content = calendar(owner, shifts, now, settings.base_url).to_ical()
    return Response(content, media_type="text/calendar; charset=utf-8", headers=_HEADERS)


def calendar(owner: Owner, shifts: Sequence[OwnShift], now: datetime, url: str) -> "Calendar":
    """The shifts as a calendar."""
    from icalendar import Calendar

    made = Calendar.new(
        name=f"On call: {owner.name}", prodid="-//Tocsin//on call//EN", refresh_interval=REFRESH, method="PUBLISH"
    )
    made.add("x-published-ttl", "PT1H")
    for shift in shifts:
        made.add_component(_event(owner, shift, now, url))
    return made


def _event(owner: Owner, shift: OwnShift, now: datetime, url: str) -> "Event":
    from icalendar import Event

    start, end = _minute(shift.start_at), shift.end_at.astimezone(UTC)
    return Event.new(
        uid=uid(owner.id, shift.source_id, start),
        stamp=now.astimezone(UTC),
        start=start,
        end=end,
        summary=f"On call: {shift.source_name}",
        url=f"{url}/{shift.kind}s/{shift.source_id}",
    )


def uid(user_id: UUID, source_id: UUID, start: datetime) -> str:
    """What names a shift for ever."""
    return f"{uuid5(NAMESPACE_URL, f'tocsin:{source_id}:{user_id}:{start:%Y%m%dT%H%M}')}@tocsin"


def _minute(moment: datetime) -> datetime:
    """The minute: an engine notes the start of a shift some milliseconds late."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
