"""Until when a maintenance holds an alert, from the columns that every load of an alert reads for it."""

from datetime import datetime

import asyncpg
import structlog

from tocsin.domain.dedup_key import shown_key
from tocsin.domain.maintenance import lets_pass, windows_at
from tocsin.store import readings

log = structlog.get_logger(__name__)

# What a window that cannot be read raises: its zone is unknown here, or no zone's name.
UNREADABLE = (ValueError, LookupError, OSError)


def held_until(row: asyncpg.Record) -> datetime | None:
    """The end of the service's maintenance or planned window; None when there is none, or when it lets the alert pass.

    It may lie in the past: whether it holds is decided with now. Where the service's own job is due, what it has stored
    of the windows is no longer so: they are asked themselves then, or an alert due as a window begins would pass it.
    Where they cannot be read, what is stored still counts: the service's job is parked and says why, its alerts go on.
    """
    if lets_pass(row["maintenance_exceptions"], row["summary"], shown_key(row["dedup_key"])):
        return None
    until: datetime | None = row["maintenance_until"]
    if row["windows"] is None:
        return until
    try:
        ends_at = windows_at([readings.window(window) for window in row["windows"]], row["now"]).ends_at
    except UNREADABLE as error:
        log.warning("maintenance_unreadable", id=str(row["id"]), error=str(error))
        return until
    return max((end for end in (until, ends_at) if end is not None), default=None)
