"""The time: the database's."""

from datetime import UTC, datetime, timedelta

from tocsin.db.pool import Queryable
from tocsin.errors import FieldError, InvalidInput

FARTHEST = timedelta(days=3660)
"""How far ahead one may ask who will be on call: the computation goes through every handoff until then."""


async def now(database: Queryable) -> datetime:
    """The database's now(); within a transaction, when that began."""
    moment: datetime = await database.fetchval("select now()")
    return moment


def require_near(field: str, at: datetime | None, now: datetime) -> None:
    """Raise InvalidInput for an instant further ahead than ``FARTHEST``."""
    if at is not None and at - now > FARTHEST:
        raise InvalidInput(FieldError(field, f"must be at most {FARTHEST.days} days ahead"))


def in_utc(at: datetime) -> str:
    """An instant as errors tell it, to the second: 2026-11-24T07:00:00Z. Pages tell it in a zone instead."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
