"""The time: the database's."""

from datetime import datetime

from tocsin.store.listing import Database


async def now(database: Database) -> datetime:
    """The database's now(); within a transaction, when that began."""
    moment: datetime = await database.fetchval("select now()")
    return moment
