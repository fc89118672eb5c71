"""Jobs that have used up their attempts and wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.errors import NotFound

_sql = Statements(__package__, "parked_jobs.sql")


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """A job that has used up its attempts and waits for a person."""

    id: int
    kind: str
    object_id: str
    attempts: int
    parked_at: datetime
    error_type: str
    error: str


async def page(pool: Pool, *, after: int | None = None, limit: int = 50) -> Sequence[ParkedJob]:
    """Parked jobs in order of id, those above ``after``."""
    return [ParkedJob(**row) for row in await pool.fetch(_sql["page"], after, limit)]


async def retry(pool: Pool, job_id: int) -> None:
    """Give a parked job a fresh set of attempts, at once. Raises NotFound when no such job is parked."""
    if await pool.fetchval(_sql["retry"], job_id) is None:
        raise NotFound(f"no job {job_id} is parked")
