"""Lanes: kinds of jobs that share a run loop of PgQueuer's, and how a job's run ends.

A failed job is tried again with a clamped wait (PgQueuer's own formula overflows at attempt 47) and parked after the
last attempt.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer.core.executors import EntrypointExecutor
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job
from pgqueuer.ports.driver import NotifyCallback

from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.domain.backoff import Backoff
from tocsin.engine.queue.capacity import Room
from tocsin.engine.queue.job import JobKind, Outcome
from tocsin.engine.queue.local_notify import CHANNEL, Bell, Wakeups
from tocsin.engine.queue.queries import (
    HEARTBEAT_TIMEOUT,
    LOOK_AT_LEAST_EVERY,
    LOOK_AT_MOST_EVERY,
    QueuePool,
    build_queries,
)

log = structlog.get_logger(__name__)

BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1))
MOST_ATTEMPTS = 8


class Executor(EntrypointExecutor):
    """Runs a job and turns what it raises into a later try, or after the last one into a parked job.

    A row that somebody else holds parks no job: whoever holds it lets go some day, and the object itself is well.
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


@dataclass(frozen=True, slots=True)
class Lane:
    """Kinds of jobs that share a run loop, so that one lane's slow work cannot hold up another's."""

    name: str
    kinds: Sequence[JobKind]
    most_at_once: int
    batch: int


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all lanes of an engine share: connections, the bell, and who is told each outcome."""

    pool: Pool
    observe: Callable[[str, Outcome], None]
    bell: Bell = field(default_factory=Bell)


def build_manager(queue_pool: QueuePool, listener: asyncpg.Connection, lane: Lane, workshop: Workshop) -> QueueManager:
    """A PgQueuer queue manager that runs the lane's jobs."""

    def make_wakeups(callback: NotifyCallback) -> Wakeups:
        wakeups = Wakeups(callback)
        workshop.bell.hang(lane.name, wakeups)
        return wakeups

    queries = build_queries(queue_pool, listener, make_wakeups)
    manager = QueueManager(queries, channel=CHANNEL)
    queries.room = Room(lane.most_at_once, manager.job_context.__len__, manager.shutdown)
    manager.min_dequeue_poll_interval = LOOK_AT_MOST_EVERY
    for kind in lane.kinds:
        manager.entrypoint(kind.name, on_failure="hold", executor_factory=Executor)(_handler(kind, lane, workshop))
    return manager


def _handler(kind: JobKind, lane: Lane, workshop: Workshop) -> Callable[[Job], Awaitable[None]]:
    async def handle(job: Job) -> None:
        outcome = await kind.run(object_id(job))
        if outcome.again is not None:
            await workshop.pool.execute("select engine_enqueue($1, $2, $3)", kind.name, object_id(job), outcome.again)
        for name in (lane.name, *outcome.feeds):
            workshop.bell.ring(name)
        workshop.observe(kind.name, outcome)

    return handle


async def run_manager(manager: QueueManager, lane: Lane) -> None:
    """Run the lane until the manager's shutdown event is set. Raises when the queue cannot be reached."""
    await manager.run(
        dequeue_timeout=LOOK_AT_LEAST_EVERY,
        batch_size=lane.batch,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        shutdown_on_listener_failure=True,
        log_aggregation_interval=timedelta(0),
    )
