"""How a job's run ends: well, with another try later, or parked after the last attempt."""

import random
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer.core.executors import EntrypointExecutor
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job

from tocsin.db.pool import CONNECTION_ERRORS
from tocsin.domain.backoff import Backoff

log = structlog.get_logger(__name__)

BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1))
MOST_ATTEMPTS = 8


class Executor(EntrypointExecutor):
    """Runs a job and turns what it raises into a later try, or after the last one into a parked job.

    A database that is away parks no job. Nor does a row that somebody else holds: whoever holds it lets go some day,
    and the object itself is well. Jobs that failed together come back at different moments.
    """

    async def execute(self, job: Job, context: Context) -> None:
        try:
            await super().execute(job, context)
        except CONNECTION_ERRORS as error:
            raise RetryRequested(BACKOFF.first, type(error).__name__) from error
        except Exception as error:
            failures = job.attempts + 1
            log.warning(
                "job_failed", kind=job.entrypoint, object_id=object_id(job), failures=failures, error=repr(error)
            )
            if failures >= MOST_ATTEMPTS and not isinstance(error, asyncpg.LockNotAvailableError):
                raise
            raise RetryRequested(BACKOFF.wait(failures, random.random()), repr(error)) from error  # noqa: S311


def object_id(job: Job) -> str:
    """The id of the object that the job is to wake up."""
    assert job.payload is not None
    return job.payload.decode()
