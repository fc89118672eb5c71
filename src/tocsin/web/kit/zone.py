"""The viewer's time zone: the one that they chose, or else the one of their browser. Both are told in cookies."""

import re
from datetime import datetime, tzinfo
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from starlette.requests import Request

from tocsin.web.kit.formatting import exact

ZONE_COOKIE = "tocsin_zone"
CHOICE_COOKIE = "tocsin_zone_choice"
UTC = ZoneInfo("UTC")

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def zone_of(request: Request) -> ZoneInfo:
    """The zone to show times in; UTC when the cookie is missing or names none."""
    return zone_named(chosen_zone(request) or unquote(request.cookies.get(ZONE_COOKIE, "UTC")))


def chosen_zone(request: Request) -> str | None:
    """The name that the viewer chose, None when it shall be as their browser says."""
    return unquote(request.cookies.get(CHOICE_COOKIE, "")) or None


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name; UTC where nobody knows it."""
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return UTC


def in_zone(text: str, zone: tzinfo) -> str:
    """What an error says, with its instants, which are in UTC, as clocks in the zone show them."""
    return _INSTANT.sub(lambda found: exact(datetime.fromisoformat(found[0]), zone), text)
