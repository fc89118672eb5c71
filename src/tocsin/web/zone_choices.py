"""The time zones that a form offers."""

from functools import cache
from zoneinfo import available_timezones

from tocsin.web.narrowing import Choices


@cache
def _usual() -> tuple[str, ...]:
    """Those named after a place, and UTC."""
    names = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *sorted(names))


def zone_choices(chosen: str) -> Choices:
    """The usual zones, and the chosen one when it is none of them."""
    others = [chosen] if chosen and chosen not in _usual() else []
    return [(name, name) for name in (*others, *_usual())]
