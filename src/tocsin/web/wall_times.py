"""Times that people type: what a clock shows in a zone (``2026-11-24T15:30``), and the instants that they stand for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.domain.wall_clock import first_instant, wall_time
from tocsin.errors import FieldError, InvalidInput
from tocsin.web.forms import Form

_MINUTE = "%Y-%m-%dT%H:%M"


def instant_of(form: Form, name: str, zone: ZoneInfo) -> datetime:
    """The field's instant; of a time that comes twice the first, of one that is skipped the end of the gap.

    Raises InvalidInput when it is no time.
    """
    wall = _read(form.value(name))
    if wall is None:
        raise InvalidInput(FieldError(name, "must be a date and a time"))
    return first_instant(wall, zone)


def typed(at: datetime, zone: ZoneInfo) -> str:
    """The instant as somebody in the zone would type it."""
    return wall_time(at, zone).strftime(_MINUTE)


def _read(text: str) -> datetime | None:
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None and 1970 < wall.year < 9998 else None
