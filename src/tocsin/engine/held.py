"""Until when a maintenance holds an alert, from the columns that every load of an alert reads for it."""

from datetime import datetime

import asyncpg

from tocsin.domain.dedup_key import shown_key
from tocsin.domain.maintenance import lets_pass


def held_until(row: asyncpg.Record) -> datetime | None:
    """The end of the service's maintenance or planned window; None when there is none, or when it lets the alert pass.

    It may lie in the past: whether it holds is decided with now.
    """
    if lets_pass(row["maintenance_exceptions"], row["summary"], shown_key(row["dedup_key"])):
        return None
    until: datetime | None = row["maintenance_until"]
    return until
