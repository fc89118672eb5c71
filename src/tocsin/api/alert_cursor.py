"""Cursors of an alert's timeline, which merges two sources in order of time."""

from datetime import datetime

from tocsin.http.pagination import bad_cursor, decode_cursor, encode_cursor
from tocsin.store.alerts.timeline import Place


def place_after(cursor: str | None) -> Place | None:
    """The place that a timeline goes on from. Raises InvalidInput when the cursor is none of ours."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(at), int(source), int(entry)] if source in (0, 1) and abs(entry) < 2**63:
            return Place(_instant(at), source, entry)
        case _:
            raise bad_cursor()


def place_cursor(place: Place | None) -> str | None:
    """The cursor that goes on after a place; None at the end."""
    return encode_cursor(place.at.isoformat(), place.source, place.id) if place else None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise bad_cursor() from None
    if instant.tzinfo is None:
        raise bad_cursor()
    return instant
