"""What refers to what: whether the ids that a caller gave name something, and what uses an object."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import FieldError, InvalidInput
from tocsin.store.instants import in_utc

_sql = Statements(__package__, "references.sql")

NAMES_IN_A_SENTENCE = 20

ReferencedKind = Literal["user", "team", "channel", "rotation", "schedule", "escalation policy"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An id in a field of the caller's. A missing id refers to nothing and is fine."""

    field: str
    kind: ReferencedKind
    id: UUID | None


async def unknown(database: Queryable, references: Iterable[Reference]) -> Sequence[FieldError]:
    """An error for every field whose id names nothing."""
    given = [reference for reference in references if reference.id is not None]
    rows = await database.fetch(
        _sql["unknown"],
        [reference.field for reference in given],
        [reference.kind for reference in given],
        [reference.id for reference in given],
    )
    return [FieldError(row["field"], f"no {row['kind']} has the id {row['id']}") for row in rows]


async def past(database: Queryable, field: str, instant: datetime | None) -> Sequence[FieldError]:
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


async def policies_using(database: Queryable, target_id: UUID) -> Sequence[asyncpg.Record]:
    """The escalation policies, 100 at most, with a step that has this channel or schedule as a target."""
    return await database.fetch(_sql["policies_using"], target_id)


def use_errors(rows: Iterable[asyncpg.Record]) -> Sequence[FieldError]:
    """An error for each of the uses, from its ``kind``, ``id`` and ``name``.

    What has no name of its own also has the ``within_id`` of the object whose name stands for it.
    """
    return [FieldError("id", f"is used by {_described(row)}") for row in rows]


def names_of_uses(rows: Iterable[asyncpg.Record]) -> str:
    """The first names of the uses, for a sentence."""
    return ", ".join([row["name"] for row in rows][:NAMES_IN_A_SENTENCE])


def _described(row: asyncpg.Record) -> str:
    kind, used_id, name = row["kind"], row["id"], row["name"]
    if within_id := row.get("within_id"):
        return f"{kind} {used_id} of '{name}' ({within_id})"
    return f"{kind} '{name}' ({used_id})"
