"""Names of the objects that jobs move, for people who know them by no id."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements

_sql = Statements(__package__, "object_names.sql")

Object: TypeAlias = tuple[str, str]
"""A job's kind and its object's id."""


async def names(database: Queryable, objects: Sequence[Object]) -> Mapping[Object, str]:
    """The names of those that exist."""
    kinds, ids = [kind for kind, _ in objects], [object_id for _, object_id in objects]
    return {(row["kind"], row["id"]): row["name"] for row in await database.fetch(_sql["names"], kinds, ids)}
