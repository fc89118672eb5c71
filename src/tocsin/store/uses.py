"""What uses an object, named one by one to whoever wants to delete it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from tocsin.db.pool import Database
from tocsin.db.sql import Statements
from tocsin.errors import FieldError

_sql = Statements(__package__, "uses.sql")

NAMES_IN_A_SENTENCE = 20


async def policies_using(database: Database, target_id: UUID) -> Sequence[asyncpg.Record]:
    """The escalation policies, 100 at most, with a step that has this channel or schedule as a target."""
    return await database.fetch(_sql["policies"], target_id)


def use_errors(rows: Iterable[asyncpg.Record]) -> Sequence[FieldError]:
    """An error for each of the uses, from its ``kind``, ``id`` and ``name``.

    What has no name of its own also has the ``within_id`` of the object whose name stands for it.
    """
    return [FieldError("id", f"is used by {_described(row)}") for row in rows]


def names(rows: Iterable[asyncpg.Record]) -> str:
    """The first names of the uses, for a sentence."""
    return ", ".join([row["name"] for row in rows][:NAMES_IN_A_SENTENCE])


def _described(row: asyncpg.Record) -> str:
    kind, used_id, name = row["kind"], row["id"], row["name"]
    if within_id := row.get("within_id"):
        return f"{kind} {used_id} of '{name}' ({within_id})"
    return f"{kind} '{name}' ({used_id})"
