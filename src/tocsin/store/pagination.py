"""Reading a table page by page, in the order in which rows were created."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list that is ordered by creation; ``id`` decides between rows of the same moment."""

    created_at: datetime
    id: UUID


class Listed(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


L = TypeVar("L", bound=Listed)


@dataclass(frozen=True, slots=True)
class Slice(Generic[L]):
    """Some rows of a list, and the position to go on from when there are more."""

    items: Sequence[L]
    next: Position | None


def bounds(after: Position | None) -> tuple[datetime | None, UUID | None]:
    """The position as two parameters of a statement."""
    return (after.created_at, after.id) if after else (None, None)


def cut(items: Sequence[L], limit: int) -> Slice[L]:
    """The first ``limit`` of the rows that a statement with ``limit + 1`` found."""
    if len(items) <= limit:
        return Slice(items, None)
    last = items[limit - 1]
    return Slice(items[:limit], Position(last.created_at, last.id))
