"""What a step can notify, by name: users, rotations, schedules and channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.db.pool import Database
from tocsin.db.sql import Statements
from tocsin.domain.on_call import TargetType

_sql = Statements(__package__, "step_targets.sql")


@dataclass(frozen=True, slots=True)
class Notifiable:
    """Something that a step can notify. ``detail`` tells it from others of its name."""

    type: TargetType
    id: UUID
    name: str
    detail: str


async def find(database: Database, text: str, limit: int) -> Sequence[Notifiable]:
    """Those whose name holds the text, up to ``limit`` of each type."""
    return [Notifiable(**row) for row in await database.fetch(_sql["find"], text, limit)]
