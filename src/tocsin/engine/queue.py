"""The binding to PgQueuer: its names in our database, its driver, and how a job's run ends.

PgQueuer is used as a library with some things done our way, each for a fault that was seen:

- Its listener is a connection of its own that reports its loss at once. PgQueuer's probe would take up to 20 s.
- A failed handler is tried again with a clamped wait (its formula overflows at attempt 47) and then parked.
- A retry that cannot be recorded, since the database is away, leaves the job picked; its heartbeat runs out and it is
  picked again. PgQueuer would park it.
- Waiting jobs coalesce, running ones swallow nothing: see ``engine_release_dedupe_key`` in migration 0001.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import EntrypointExecutor
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job, TracebackRecord
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS, Channel, HealthCheckId, QueueEntrypoint
from pgqueuer.ports.driver import NotifyCallback

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool
from tocsin.db.sql import Statements
from tocsin.domain.backoff import Backoff
from tocsin.engine.job import JobKind, Outcome

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "queue.sql")

CHANNEL = Channel("ch_pgqueuer")
BACKOFF = Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1))
MOST_ATTEMPTS = 8

# A picked job whose engine has given no sign of life for so long is picked by another.
HEARTBEAT_TIMEOUT = timedelta(seconds=6)

# However long the next due job is away, the queue is looked into so often: for jobs that nobody was notified of.
LOOK_AT_LEAST_EVERY = timedelta(seconds=2)

Observer = Callable[[str, Outcome], None]


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


class QueueQueries(Queries):
    """PgQueuer's statements; a retry that the database cannot take now is left to the heartbeat.

    PgQueuer sends its first probe of the listener beside starting it; the probe waits here until there is a listener
    to hear it, or else the lane would end, for nothing, ten seconds later. And its look for the next due job sorts all
    that wait (12 ms for 40,000), each time that it finds nothing to do.
    """

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
        """Delete what went well; only what failed is worth a row in PgQueuer's log."""
        done = [job.id for job, status, _ in job_status if status == "successful"]
        if done:
            await self.driver.execute("delete from pgqueuer where id = any($1::bigint[])", done)
        if failed := [item for item in job_status if item[1] != "successful"]:
            await super().log_jobs(failed)

    async def retry_job(self, job: Job, delay: timedelta, traceback_record: TracebackRecord | None) -> None:
        try:
            await super().retry_job(job, delay, traceback_record)
        except CONNECTION_ERRORS as error:
            log.warning("retry_not_recorded", kind=job.entrypoint, job_id=job.id, error=type(error).__name__)


class QueueDriver(AsyncpgPoolDriver):
    """Statements go through the pool, notifications come in on ``listener``."""

    def __init__(self, pool: Pool, listener: asyncpg.Connection) -> None:
        super().__init__(pool)
        self._listener = listener
        self.listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        wakeups = Wakeups(callback)

        def relay(_connection: object, _pid: object, _channel: object, payload: object) -> None:
            assert isinstance(payload, str)
            wakeups.take(payload)

        await self._listener.add_listener(channel, relay)
        self.listening.set()


class Wakeups:
    """Passes notifications on, those about new jobs at most once every ``apart``.

    PgQueuer's run loop looks into the queue once for each. In a storm they come by the thousand while one look finds
    a whole batch; passed on one by one, the looks would take the time that the jobs need.
    """

    apart = timedelta(milliseconds=10)

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._latest: str | None = None
        self._resting = False

    def take(self, payload: str) -> None:
        """A notification has come in."""
        if "table_changed_event" not in payload:
            self._callback(payload)
        elif self._resting:
            self._latest = payload
        else:
            self._pass_on(payload)

    def _pass_on(self, payload: str) -> None:
        self._callback(payload)
        self._latest, self._resting = None, True
        asyncio.get_running_loop().call_later(self.apart.total_seconds(), self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._latest is not None:
            self._pass_on(self._latest)


class Executor(EntrypointExecutor):
    """Runs a job and turns what it raises into a later try, or after the last one into a parked job."""

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
            if failures >= MOST_ATTEMPTS:
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


async def use_json_text(connection: Connection) -> None:
    """Make the connection take json as text, as PgQueuer gives it; encoded again it would be a string in the log."""
    for name in ("json", "jsonb"):
        await connection.reset_type_codec(name, schema="pg_catalog")


@asynccontextmanager
async def open_listener(dsn: str, on_lost: Callable[[], None]) -> AsyncIterator[asyncpg.Connection]:
    """A connection for notifications; ``on_lost`` is called as soon as it is cut off."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "tocsin listener"})
    connection.add_termination_listener(lambda _: on_lost())
    try:
        yield connection
    finally:
        connection.terminate()


def build_manager(
    queue_pool: Pool, pool: Pool, listener: asyncpg.Connection, lane: Lane, observe: Observer
) -> QueueManager:
    """A PgQueuer queue manager that runs the lane's jobs; ``observe`` is told each outcome."""
    settings = names()
    queries = QueueQueries(
        QueueDriver(queue_pool, listener),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
    manager = QueueManager(queries, channel=CHANNEL)
    manager.min_dequeue_poll_interval = timedelta(milliseconds=10)
    for kind in lane.kinds:
        handler = _handler(pool, kind, observe)
        manager.entrypoint(kind.name, on_failure="hold", executor_factory=Executor)(handler)
    return manager


def _handler(pool: Pool, kind: JobKind, observe: Observer) -> Callable[[Job], Awaitable[None]]:
    async def handle(job: Job) -> None:
        outcome = await kind.run(object_id(job))
        if outcome.again is not None:
            await pool.execute("select engine_enqueue($1, $2, $3)", kind.name, object_id(job), outcome.again)
        observe(kind.name, outcome)

    return handle


async def run_manager(manager: QueueManager, lane: Lane) -> None:
    """Run the lane until the manager's shutdown event is set. Raises when the queue cannot be reached."""
    await manager.run(
        dequeue_timeout=LOOK_AT_LEAST_EVERY,
        batch_size=lane.batch,
        max_concurrent_tasks=lane.most_at_once,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        shutdown_on_listener_failure=True,
        log_aggregation_interval=timedelta(0),
    )


async def give_back(pool: Pool, manager_id: UUID) -> None:
    """Put back what a manager that no longer runs still holds, so that nobody has to wait for its heartbeat."""
    await pool.execute(_SQL["give_back"], manager_id)
