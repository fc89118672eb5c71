"""The viewer's time zone, which their browser tells in a cookie."""

from urllib.parse import unquote
from zoneinfo import ZoneInfo

from starlette.requests import Request

ZONE_COOKIE = "tocsin_zone"
UTC = ZoneInfo("UTC")


def zone_of(request: Request) -> ZoneInfo:
    """The zone of the cookie; UTC when it is missing or names none."""
    try:
        return ZoneInfo(unquote(request.cookies.get(ZONE_COOKIE, "UTC")))
    except (ValueError, LookupError, OSError):
        return UTC
