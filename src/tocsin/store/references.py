"""Whether the ids that a caller gave name something, all of them asked at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tocsin.db.pool import Database
from tocsin.db.sql import Statements
from tocsin.errors import FieldError, InvalidInput
from tocsin.store.instants import in_utc

_sql = Statements(__package__, "references.sql")

Kind = Literal["user", "team", "channel", "rotation", "schedule", "escalation policy"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An id in a field of the caller's. A missing id refers to nothing and is fine."""

    field: str
    kind: Kind
    id: UUID | None


async def unknown(database: Database, references: Iterable[Reference]) -> Sequence[FieldError]:
    """An error for every field whose id names nothing."""
    given = [reference for reference in references if reference.id is not None]
    rows = await database.fetch(
        _sql["unknown"],
        [reference.field for reference in given],
        [reference.kind for reference in given],
        [reference.id for reference in given],
    )
    return [FieldError(row["field"], f"no {row['kind']} has the id {row['id']}") for row in rows]


async def past(database: Database, field: str, instant: datetime | None) -> Sequence[FieldError]:
    """An error for the field unless its instant is still to come, or missing."""
    if instant is None or await database.fetchval(_sql["is_future"], instant):
        return ()
    return [FieldError(field, f"must be in the future (it is {in_utc(instant)})")]


def ends_after_start(start: datetime, end: datetime, field: str = "end_at") -> Sequence[FieldError]:
    """An error for the field of the end unless it is later than the start."""
    return () if end > start else (FieldError(field, f"must be after the start (the start is {in_utc(start)})"),)


def require_none(errors: Sequence[FieldError]) -> None:
    """Raise InvalidInput with the errors, if there are any."""
    if errors:
        raise InvalidInput(*errors)
