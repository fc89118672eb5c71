"""Times that people type, such as ``2026-11-24T15:30``, and the instants that they mean in a time zone.

Where clocks go back, a time comes twice. A form then asks which is meant, in the field ``<name>_which``.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.domain.wall_clock import first_instant, last_instant, wall_time
from tocsin.errors import FieldError, InvalidInput
from tocsin.web.kit.forms import Form

_MINUTE = "%Y-%m-%dT%H:%M"


def instant_of(form: Form, name: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """The field's instant; of a time that is skipped the end of the gap.

    Of a time that comes twice the one that is chosen; else the first, or the last of an end. Raises InvalidInput when
    it is no time.
    """
    wall = _read(form.value(name))
    if wall is None:
        raise InvalidInput(FieldError(name, "must be a date and a time"))
    which = form.value(f"{name}_which") or ("last" if is_end else "first")
    return last_instant(wall, zone) if which == "last" else first_instant(wall, zone)


def instants_of(form: Form, zone: ZoneInfo, starts: Sequence[str], ends: Sequence[str] = ()) -> dict[str, datetime]:
    """The instants of several fields by name. Raises InvalidInput with every one that is no time."""
    found: dict[str, datetime] = {}
    errors: list[FieldError] = []
    for name in (*starts, *ends):
        try:
            found[name] = instant_of(form, name, zone, is_end=name in ends)
        except InvalidInput as error:
            errors.extend(error.errors)
    if errors:
        raise InvalidInput(*errors)
    return found


def wall_text(at: datetime, zone: ZoneInfo) -> str:
    """The instant as somebody in the zone would type it."""
    return wall_time(at, zone).strftime(_MINUTE)


def wall_time_fields(name: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
    """The form's values for the instant: the time, and which where it comes twice."""
    wall = wall_time(at, zone)
    if first_instant(wall, zone) == last_instant(wall, zone):
        return {name: wall_text(at, zone)}
    return {name: wall_text(at, zone), f"{name}_which": "first" if at == first_instant(wall, zone) else "last"}


def zones_of_repeated_time(form: Form, name: str, zone: ZoneInfo) -> tuple[str, str] | None:
    """What the zone is called at the first and the last occurrence, when the typed time comes twice."""
    wall = _read(form.value(name))
    if wall is None or first_instant(wall, zone) == last_instant(wall, zone):
        return None
    first, last = first_instant(wall, zone).astimezone(zone), last_instant(wall, zone).astimezone(zone)
    return str(first.tzname()), str(last.tzname())


def _read(text: str) -> datetime | None:
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None and 1970 < wall.year < 9998 else None
