"""What uses an object, named one by one to whoever wants to delete it."""

from collections.abc import Iterable, Sequence

import asyncpg

from tocsin.errors import FieldError

NAMES_IN_A_SENTENCE = 20


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
