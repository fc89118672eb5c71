"""Whether a maintenance holds an alert, from the columns of the view ``service_maintenance``: one answer for all.

The rows of alerts that are read with these columns hold the alert's ``summary`` and ``dedup_key``, too, and ``now``.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import structlog

from tocsin.domain.dedup_key import shown_key
from tocsin.domain.maintenance import Maintenance, Window, lets_pass
from tocsin.store import row_mapping

log = structlog.get_logger(__name__)

# What a window that cannot be read raises: its zone is unknown here, or no zone's name.
UNREADABLE = (ValueError, LookupError, OSError)


def held_until(row: asyncpg.Record) -> datetime | None:
    """When the maintenance that holds the row's alert now ends; None when none does, or when it lets the alert pass.

    The windows themselves are asked, since no engine may have seen that one has begun, ended or changed.
    """
    return of_alert(row, row["summary"], shown_key(row["dedup_key"])).until(row["now"])


def of_alert(row: asyncpg.Record, summary: str, dedup_key: str) -> Maintenance:
    """What holds an alert with this summary and key on the row's service, now and later."""
    if lets_pass(row["maintenance_exceptions"], summary, dedup_key):
        return Maintenance()
    return of_service(row)


def of_service(row: asyncpg.Record) -> Maintenance:
    """What holds the alerts of the row's service that it lets not pass.

    Of windows that cannot be read what the engine stored last counts: its job is parked and says why, its alerts go on.
    """
    windows = _readable(row["windows"])
    stored = row["window_ends_at"] if len(windows) < len(row["windows"]) else None
    ends = (row["maintenance_expires_at"], stored)
    return Maintenance(max((end for end in ends if end is not None), default=None), windows)


def _readable(items: Sequence[row_mapping.Item]) -> Sequence[Window]:
    found: list[Window] = []
    for item in items:
        try:
            found.append(row_mapping.window(item))
        except UNREADABLE as error:
            log.warning("maintenance_window_unreadable", time_zone=item["time_zone"], error=str(error))
    return found
