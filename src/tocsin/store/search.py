"""Everything that has a name, or a summary, by a part of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal, TypeAlias
from uuid import UUID

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.severity import Severity

_sql = Statements(__package__, "search.sql")

ResultKind: TypeAlias = Literal["service", "policy", "schedule", "rotation", "person", "team", "channel"]

_NUMBER = re.compile(r"#?(\d{1,18})")


@dataclass(frozen=True, slots=True)
class NamedObject:
    """A named object that a search found; ``detail`` tells it from others of its name."""

    id: UUID
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class AlertMatch:
    """An alert that was found."""

    id: int
    summary: str
    status: str
    severity: Severity
    created_at: datetime
    service_name: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found: some alerts, and some things of each kind that has any."""

    alerts: Sequence[AlertMatch]
    named: Mapping[ResultKind, Sequence[NamedObject]]

    @property
    def count(self) -> int:
        return len(self.alerts) + sum(map(len, self.named.values()))


async def search(database: Queryable, text: str, limit: int) -> SearchResult:
    """At most ``limit`` of each kind whose name, summary or email holds ``text``, in whatever case.

    ``17`` and ``#17`` find the alert with that number too.
    """
    match = _NUMBER.fullmatch(text)
    number = int(match[1]) if match else None
    alerts = [AlertMatch(**row) for row in await database.fetch(_sql["alerts"], text, number, limit)]
    rows = await database.fetch(_sql["objects"], text, limit)
    groups = groupby(rows, key=lambda row: row["kind"])
    return SearchResult(
        alerts, {kind: [NamedObject(row["id"], row["name"], row["detail"]) for row in group] for kind, group in groups}
    )
