"""PgQueuer's statements on our tables, with the overrides that docs/adr/0001-job-queue.md gives the reasons for."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS, HealthCheckId, JobId, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter

from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.db.sql import Statements
from tocsin.engine.queue.capacity import Capacity
from tocsin.engine.queue.connections import QueueConnections
from tocsin.engine.queue.driver import MakeThrottle, QueueDriver
from tocsin.engine.queue.fetch_order import Choice, longest_due_first
from tocsin.engine.queue.local_notify import CHANNEL

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "queries.sql")

# A picked job whose engine has given no sign of life for so long is picked by another.
HEARTBEAT_TIMEOUT = timedelta(seconds=6)

# However long the next due job is away, the queue is looked into so often: for jobs that nobody was notified of.
LOOK_AT_LEAST_EVERY = timedelta(seconds=2)

# How soon it is looked into again when a job is due in a moment.
LOOK_AT_MOST_EVERY = timedelta(milliseconds=20)

# A choice in turn costs as much as several fetches, so it is made for more jobs than a fetch takes.
_CHOSEN_AT_ONCE = 500

# The database cannot record it now: it is away, or somebody holds the job's row.
_NOT_NOW = (*CONNECTION_ERRORS, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)


def names() -> DBSettings:
    """PgQueuer's names as the first migration made them, whatever the environment holds."""
    return DBSettings(
        prefix="",
        db_schema=None,
        channel=CHANNEL,
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.balanced,
    )


class QueueQueries(Queries):
    """PgQueuer's statements; a retry that the database cannot take now is left to the heartbeat.

    PgQueuer sends its first probe of the listener beside starting it; the probe waits here until there is a listener
    to hear it, or else the worker's run would end, for nothing, ten seconds later.

    How much a worker takes is decided by ``capacity``, in this process: in a storm PgQueuer's own limit would be
    counted by the database at each look, and most looks would bring nothing, or a few jobs for the price of a batch.
    """

    capacity: Capacity
    connections: QueueConnections
    picked: dict[JobId, float]
    """When each job in hand was asked for, at the earliest."""
    choice: Choice
    is_behind: bool = False
    """Whether a fetch came back full, so that there is probably more than can be taken at once."""

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        fitting = await self.capacity.next_batch(batch_size)
        if not fitting:
            return []
        asked = asyncio.get_running_loop().time()
        jobs = await self._take_in_turn(fitting, list(entrypoints), queue_manager_id)
        if not jobs:
            jobs = await super().dequeue(
                fitting, entrypoints, queue_manager_id, global_concurrency_limit, heartbeat_timeout
            )
            self.is_behind = len(jobs) == fitting
        for job in jobs:
            self.picked.setdefault(job.id, asked)
        return jobs

    async def _take_in_turn(
        self, count: int, kinds: Sequence[QueueEntrypoint], manager_id: QueueManagerId
    ) -> list[Job]:
        """As many of the jobs that were chosen; none when nothing is chosen, and there is no need to choose."""
        if self.is_behind:
            self.is_behind = False
            rows = await self.driver.fetch(_SQL["in_turn"], kinds, _CHOSEN_AT_ONCE)
            self.choice = Choice([row["id"] for row in rows], asyncio.get_running_loop().time())
        while ids := self.choice.next(count, asyncio.get_running_loop().time()):
            if taken := await self.driver.fetch(_SQL["take"], ids, manager_id):
                return [Job.model_validate(row) for row in taken]
        return []

    # After a look that brought nothing PgQueuer asks three things: is a job due, when is the next, does any wait. One
    # answer does, if it counts jobs that have become due since the look; each question would read the index again.
    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        return 0

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        return 0

    async def next_deferred_eta(self, entrypoints: list[QueueEntrypoint]) -> timedelta | None:
        rows = await self.driver.fetch(_SQL["next_due_in"], entrypoints)
        eta = rows[0]["eta"]
        assert eta is None or isinstance(eta, timedelta)
        return eta

    async def notify_health_check(self, health_check_event_id: HealthCheckId) -> None:
        assert isinstance(self.driver, QueueDriver)
        await self.driver.listening.wait()
        await super().notify_health_check(health_check_event_id)

    async def log_jobs(self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]) -> None:
        """Delete what went well, and with it what is parked of the same objects: they move again.

        Only what failed is worth a row in PgQueuer's log. Of one object the last failure stays parked.
        """
        if done := [job.id for job, status, _ in job_status if status == "successful"]:
            await self._finish(done)
        if failed := [item for item in job_status if item[1] != "successful"]:
            # First, or for a moment, and after a crash between the two for good, the object has two.
            await self.driver.execute(_SQL["park_once"], [job.id for job, _, _ in failed])
            await super().log_jobs(failed)

    async def _finish(self, done: Sequence[JobId]) -> None:
        """Delete jobs over a connection that was open before they were picked; run the others once more.

        A crash of the server can undo what a job did (docs/adr/0004-asynchronous-commit.md), and breaks all
        connections, while what is done is kept here for a moment before it is deleted.
        """
        async with self.connections.pool.acquire() as connection:
            opened = self.connections.last_opened
            lasting = [job_id for job_id in done if self.picked.get(job_id, -1.0) >= opened]
            doubtful = [job_id for job_id in done if job_id not in set(lasting)]
            if lasting:
                await connection.execute(_SQL["done"], lasting)
            if doubtful:
                await connection.execute(_SQL["requeue"], doubtful)
        for job_id in done:
            self.picked.pop(job_id, None)

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        self.picked.pop(job.id, None)
        try:
            await super().retry_job(job, delay, traceback_record)
        except _NOT_NOW as error:
            log.warning("retry_not_recorded", kind=job.entrypoint, job_id=job.id, error=type(error).__name__)


def build_queries(
    connections: QueueConnections, listener: asyncpg.Connection, make_throttle: MakeThrottle
) -> QueueQueries:
    """PgQueuer's statements on our tables, through our driver. Give them a ``capacity`` before they are used."""
    settings = names()
    queries = QueueQueries(
        QueueDriver(connections.pool, listener, make_throttle),
        qbe=QueryBuilderEnvironment(settings),
        qbq=longest_due_first(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
    queries.connections, queries.picked = connections, {}
    queries.choice = Choice()
    return queries


async def give_back(pool: Pool, manager_id: UUID) -> None:
    """Put back what a manager that no longer runs still holds, so that nobody has to wait for its heartbeat."""
    await pool.execute(_SQL["give_back"], manager_id)


async def prune_log(pool: Pool, lifetime: timedelta) -> None:
    """Forget what PgQueuer has logged: failures after ``lifetime``, the rest after minutes."""
    await pool.execute(_SQL["prune_log"], lifetime)
