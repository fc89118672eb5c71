"""The time: the database's."""

from datetime import UTC, datetime

from tocsin.store.listing import Database


async def now(database: Database) -> datetime:
    """The database's now(); within a transaction, when that began."""
    moment: datetime = await database.fetchval("select now()")
    return moment


def in_utc(at: datetime) -> str:
    """An instant as errors tell it, to the second: 2026-11-24T07:00:00Z. Pages tell it in a zone instead."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
