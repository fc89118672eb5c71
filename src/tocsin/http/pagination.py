"""Lists page by page: ``{"items", "next_cursor"}``, ``?limit=`` and an opaque ``?cursor=``.

A cursor holds the position of the last item seen, so rows that come or go meanwhile neither repeat nor skip others.
"""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from tocsin.errors import FieldError, InvalidInput
from tocsin.store.alerts.timeline import TimelinePosition
from tocsin.store.pagination import Position

T = TypeVar("T")

Limit: TypeAlias = Annotated[int, Query(ge=1, le=200, description="most items to return")]
Cursor: TypeAlias = Annotated[
    str | None, Query(max_length=500, description="next_cursor of the page before; left out for the first page")
]
DEFAULT_LIMIT = 50


class ListPage(BaseModel, Generic[T]):
    """One page of a list. The OpenAPI document calls it ``Page``."""

    __qualname__ = "Page"

    items: list[T]
    next_cursor: str | None = Field(description="pass it as ?cursor= for the next page; null on the last one")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"Page[{params[0].__name__}]"


def encode_cursor(*values: str | int) -> str:
    """An opaque cursor that holds the values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Sequence[str | int]:
    """The values of a cursor. Raises InvalidInput when it is not a cursor of this API."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(values, list) or not all(isinstance(value, str | int) for value in values):
        raise bad_cursor()
    return values


def bad_cursor() -> InvalidInput:
    return InvalidInput(FieldError("cursor", "is not a cursor of this list; leave it out to start at the first page"))


def id_after(cursor: str | None) -> int | None:
    """The number that a list ordered by number goes on from."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [int(number)] if abs(number) < 2**63:
            return number
        case _:
            raise bad_cursor()


def text_after(cursor: str | None) -> str | None:
    """The text that a list ordered by text goes on from."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(text)] if "\0" not in text and text.encode("utf-8", "ignore").decode() == text:
            return text
        case _:
            raise bad_cursor()


def position_after(cursor: str | None) -> Position | None:
    """The position that a list ordered by creation goes on from."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(created_at), str(object_id)]:
            return _position(created_at, object_id)
        case _:
            raise bad_cursor()


def _position(created_at: str, object_id: str) -> Position:
    try:
        position = Position(datetime.fromisoformat(created_at), UUID(object_id))
    except ValueError:
        raise bad_cursor() from None
    if position.created_at.tzinfo is None:
        raise bad_cursor()
    return position


def cursor_at(position: Position | None) -> str | None:
    """The cursor that goes on after a position; None on the last page."""
    return encode_cursor(position.created_at.isoformat(), str(position.id)) if position else None


def place_after(cursor: str | None) -> TimelinePosition | None:
    """The place that a timeline goes on from. Raises InvalidInput when it is not a cursor of this API."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(at), int(source), int(entry)] if source in (0, 1) and abs(entry) < 2**63:
            return TimelinePosition(_instant(at), source, entry)
        case _:
            raise bad_cursor()


def place_cursor(place: TimelinePosition | None) -> str | None:
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
