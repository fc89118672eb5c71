"""The binding to PgQueuer: its names in our database, its statements and its driver.

PgQueuer is used as a library with some things done our way, each for a fault that was seen:

- Its listener is a connection of its own that reports its loss at once. PgQueuer's probe would take up to 20 s.
- A retry that cannot be recorded, since the database is away, leaves the job picked; its heartbeat runs out and it is
  picked again. PgQueuer would park it.
- Waiting jobs coalesce, running ones swallow nothing: see ``engine_release_dedupe_key`` in migration 0001.
- A job that is done is deleted only over a connection that was open before it was picked. A crash of the server can
  undo what the job did (docs/adr/0004), while PgQueuer, which keeps what is done in memory for a moment, would delete
  the job afterwards all the same. After any break the jobs in hand run once more, which does no harm.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS, HealthCheckId, JobId, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.ports.repository import EntrypointExecutionParameter

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool, open_pool
from tocsin.db.sql import Statements
from tocsin.engine.queue.capacity import Room
from tocsin.engine.queue.fetch_order import longest_due_first
from tocsin.engine.queue.local_notify import CHANNEL, Wakeups

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "queries.sql")

# A picked job whose engine has given no sign of life for so long is picked by another.
HEARTBEAT_TIMEOUT = timedelta(seconds=6)

# However long the next due job is away, the queue is looked into so often: for jobs that nobody was notified of.
LOOK_AT_LEAST_EVERY = timedelta(seconds=2)

# How soon it is looked into again when a job is due in a moment.
LOOK_AT_MOST_EVERY = timedelta(milliseconds=20)

# The database cannot record it now: it is away, or somebody holds the job's row.
_NOT_NOW = (*CONNECTION_ERRORS, asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)

MakeWakeups = Callable[[NotifyCallback], Wakeups]


def names() -> DBSettings:
    """PgQueuer's names as migration 0001 made them, whatever the environment holds."""
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


@dataclass(slots=True)
class QueuePool:
    """The queue's connections, and when the last of them was opened (the loop's clock)."""

    pool: Pool = field(init=False)
    last_opened: float = 0.0

    async def set_up(self, connection: Connection) -> None:
        """Note a new connection, and let it take json as text, as PgQueuer gives it, instead of encoding it again."""
        self.last_opened = asyncio.get_running_loop().time()
        for name in ("json", "jsonb"):
            await connection.reset_type_codec(name, schema="pg_catalog")


class QueueQueries(Queries):
    """PgQueuer's statements; a retry that the database cannot take now is left to the heartbeat.

    PgQueuer sends its first probe of the listener beside starting it; the probe waits here until there is a listener
    to hear it, or else the lane would end, for nothing, ten seconds later.

    How much a lane takes is decided by ``room``, in this process: in a storm PgQueuer's own limit would be counted by
    the database at each look, and most looks would bring nothing, or a few jobs for the price of a batch.
    """

    room: Room
    connections: QueuePool
    picked: dict[JobId, float]
    """When each job in hand was asked for, at the earliest."""

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        fitting = await self.room.some(batch_size)
        if not fitting:
            return []
        asked = asyncio.get_running_loop().time()
        jobs = await super().dequeue(
            fitting, entrypoints, queue_manager_id, global_concurrency_limit, heartbeat_timeout
        )
        for job in jobs:
            self.picked.setdefault(job.id, asked)
        return jobs

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
            await super().log_jobs(failed)
            await self.driver.execute(_SQL["park_once"], [job.id for job, _, _ in failed])

    async def _finish(self, done: Sequence[JobId]) -> None:
        async with self.connections.pool.acquire() as connection:
            # This one was open by then, so since then the server has not crashed.
            opened = self.connections.last_opened
            lasting = [job_id for job_id in done if self.picked.get(job_id, -1.0) >= opened]
            doubtful = [job_id for job_id in done if job_id not in set(lasting)]
            if lasting:
                await connection.execute(_SQL["done"], lasting)
            if doubtful:
                await connection.execute(_SQL["again"], doubtful)
        for job_id in done:
            self.picked.pop(job_id, None)

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        self.picked.pop(job.id, None)
        try:
            await super().retry_job(job, delay, traceback_record)
        except _NOT_NOW as error:
            log.warning("retry_not_recorded", kind=job.entrypoint, job_id=job.id, error=type(error).__name__)


class QueueDriver(AsyncpgPoolDriver):
    """Statements go through the pool, notifications come in on ``listener``."""

    def __init__(self, pool: Pool, listener: asyncpg.Connection, make_wakeups: MakeWakeups) -> None:
        super().__init__(pool)
        self._listener = listener
        self._make_wakeups = make_wakeups
        self.listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        wakeups = self._make_wakeups(callback)

        def relay(_connection: object, _pid: object, _channel: object, payload: object) -> None:
            assert isinstance(payload, str)
            wakeups.take(payload)

        await self._listener.add_listener(channel, relay)
        self.listening.set()


def build_queries(connections: QueuePool, listener: asyncpg.Connection, make_wakeups: MakeWakeups) -> QueueQueries:
    """PgQueuer's statements on our tables, through our driver. Give them a ``room`` before they are used."""
    settings = names()
    queries = QueueQueries(
        QueueDriver(connections.pool, listener, make_wakeups),
        qbe=QueryBuilderEnvironment(settings),
        qbq=longest_due_first(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
    queries.connections, queries.picked = connections, {}
    return queries


@asynccontextmanager
async def open_queue_pool(dsn: str, *, size: int, settings: Mapping[str, str]) -> AsyncIterator[QueuePool]:
    """Up to ``size`` connections for the queue's own statements."""
    made = QueuePool()
    async with open_pool(
        dsn, size=size, application_name="tocsin queue", settings=settings, setup=made.set_up
    ) as made.pool:
        yield made


@asynccontextmanager
async def open_listener(dsn: str, on_lost: Callable[[], None]) -> AsyncIterator[asyncpg.Connection]:
    """A connection for notifications; ``on_lost`` is called as soon as it is cut off."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "tocsin listener"})
    connection.add_termination_listener(lambda _: on_lost())
    try:
        yield connection
    finally:
        connection.terminate()


async def give_back(pool: Pool, manager_id: UUID) -> None:
    """Put back what a manager that no longer runs still holds, so that nobody has to wait for its heartbeat."""
    await pool.execute(_SQL["give_back"], manager_id)
