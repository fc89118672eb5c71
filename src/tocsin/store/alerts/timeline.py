"""The timeline: everything that happened to an alert, its pages among it, in order of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound

_sql = Statements(__package__, "timeline.sql")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. A page's entries have event ``page``, and ``status`` and whom it goes to in ``meta``."""

    at: datetime
    event: str
    reason: str | None
    actor: Mapping[str, str | None] | None
    meta: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TimelinePosition:
    """A place in a timeline; ``source`` (0 the alert's log, then its pages) and ``id`` decide within a moment."""

    at: datetime
    source: int
    id: int


@dataclass(frozen=True, slots=True)
class TimelineSlice:
    """Some entries in order, and the place to go on from when there are more."""

    entries: Sequence[TimelineEntry]
    next: TimelinePosition | None


@dataclass(frozen=True, slots=True)
class NewestEntries:
    """The last entries in order, and whether there are older ones."""

    entries: Sequence[TimelineEntry]
    has_older: bool


async def timeline(
    database: Queryable, alert_id: int, after: TimelinePosition | None = None, limit: int = 1000
) -> TimelineSlice:
    """Up to ``limit`` entries, oldest first. Raises NotFound."""
    if not await database.fetchval(_sql["exists"], alert_id):
        raise NotFound("no such alert")
    at, source, last_id = (after.at, after.source, after.id) if after else (None, None, None)
    rows = await database.fetch(_sql["page"], alert_id, at, source, last_id, limit + 1)
    entries = [TimelineEntry(row["at"], row["event"], row["reason"], row["actor"], row["meta"]) for row in rows[:limit]]
    return TimelineSlice(entries, _place(rows[limit - 1]) if len(rows) > limit else None)


async def newest(database: Queryable, alert_id: int, limit: int) -> NewestEntries:
    """The newest ``limit`` entries, oldest first, and those that come in meanwhile. Raises NotFound."""
    row = await database.fetchrow(_sql["before_newest"], alert_id, limit)
    stretch = await timeline(database, alert_id, _place(row) if row else None)
    return NewestEntries(stretch.entries, row is not None)


def _place(row: asyncpg.Record) -> TimelinePosition:
    return TimelinePosition(row["at"], row["source"], row["id"])
