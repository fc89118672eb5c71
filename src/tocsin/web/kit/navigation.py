"""The places that the side bar (wide screens) and the bottom bar (phones) lead to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A page that the bars lead to, with everything below its path. ``thumb``: in the phone's bar itself.

    ``under`` are further paths that belong to it.
    """

    path: str
    caption: str
    icon: str
    thumb: bool = False
    under: Sequence[str] = ()

    def holds(self, path: str) -> bool:
        """Whether a page is this place or below it."""
        if self.path == "/":
            return path == "/"
        return any(path == top or path.startswith(f"{top}/") for top in (self.path, *self.under))


NAVIGATION: Sequence[NavigationItem] = (
    NavigationItem("/", "Home", "home", thumb=True),
    NavigationItem("/alerts", "Alerts", "bell", thumb=True),
    NavigationItem("/schedules", "Schedules", "calendar", thumb=True, under=("/rotations",)),
    NavigationItem("/on-call", "On call", "calendar-event"),
    NavigationItem("/services", "Services", "server"),
    NavigationItem("/policies", "Policies", "stairs-up"),
    NavigationItem("/people", "People", "users", under=("/teams", "/channels", "/account")),
    NavigationItem("/reports", "Reports", "chart-bar"),
    NavigationItem("/engine", "Engine", "activity"),
)


# Browsers drop tabs and line breaks, take backslashes for slashes, and read two slashes as the start of a host.
_OUR_PATH = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")


def our_path(wanted: str) -> str:
    """A path of ours, whatever a link said: nobody is sent elsewhere. ``/`` when it is none."""
    return wanted if _OUR_PATH.fullmatch(wanted) else "/"
