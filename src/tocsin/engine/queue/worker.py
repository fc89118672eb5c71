"""Workers: kinds of jobs that share a run loop of PgQueuer's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.ports.driver import NotifyCallback

from tocsin.db.pool import Pool, Queryable, open_all
from tocsin.engine.queue.buffers import sleep_while_empty
from tocsin.engine.queue.capacity import Capacity, Courtesy
from tocsin.engine.queue.connections import QueueConnections, open_listener, open_queue_connections
from tocsin.engine.queue.executor import Executor, object_id
from tocsin.engine.queue.job import JobKind, Outcome
from tocsin.engine.queue.local_notify import CHANNEL, LocalNotify, NotificationThrottle
from tocsin.engine.queue.queries import (
    HEARTBEAT_TIMEOUT,
    LOOK_AT_LEAST_EVERY,
    LOOK_AT_MOST_EVERY,
    build_queries,
    give_back,
)

_QUEUE_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Worker:
    """Kinds of jobs with a run loop of their own, so that one worker's slow jobs cannot hold up another's.

    ``concurrency``: how many of its jobs run at once in this process; ``batch``: how many are fetched at once.
    """

    name: str
    kinds: Sequence[JobKind]
    concurrency: int
    batch: int


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What all workers of an engine share: connections, who observes and notifies them, and what comes before them."""

    dsn: str
    pool: Pool
    connections: QueueConnections
    observe: Callable[[str, Outcome], None]
    local_notify: LocalNotify = field(default_factory=LocalNotify)
    courtesy: Courtesy = field(default_factory=Courtesy)


@asynccontextmanager
async def open_context(
    dsn: str, pool: Pool, settings: Mapping[str, str], observe: Callable[[str, Outcome], None]
) -> AsyncIterator[WorkerContext]:
    """What the workers of an engine share. ``settings`` are PostgreSQL settings of the queue's sessions."""
    sleep_while_empty()
    async with open_queue_connections(dsn, size=_QUEUE_CONNECTIONS, settings=settings) as connections:
        await open_all(connections.pool)
        yield WorkerContext(dsn, pool, connections, observe)


async def enqueue(database: Queryable, kind: str, object_id: str, at: datetime) -> None:
    """Wake the object at that moment. A job that waits for an earlier one stays; one for a later moment moves."""
    await database.execute("select engine_enqueue($1, $2, $3)", kind, object_id, at)


@dataclass(frozen=True, slots=True)
class WorkerRun:
    """A worker at work, from one connection to the next. ``lost`` is set as soon as its listener is cut off."""

    worker: Worker
    manager: QueueManager
    connections: QueueConnections
    lost: asyncio.Event

    @property
    def id(self) -> UUID:
        """The jobs in hand carry it."""
        return self.manager.queue_manager_id

    async def run(self) -> None:
        """Run jobs until ``stop``, and finish those in hand. Raises when the queue cannot be reached."""
        await self.manager.run(
            dequeue_timeout=LOOK_AT_LEAST_EVERY,
            batch_size=self.worker.batch,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            shutdown_on_listener_failure=True,
            log_aggregation_interval=timedelta(0),
        )

    def stop(self) -> None:
        """Take no more jobs."""
        self.manager.shutdown.set()

    async def give_back(self) -> None:
        """Put back what a run that has ended still holds, so that nobody has to wait for its heartbeat."""
        await give_back(self.connections.pool, self.id)


@asynccontextmanager
async def open_run(worker: Worker, context: WorkerContext) -> AsyncIterator[WorkerRun]:
    """The worker, ready to run, with a listener of its own."""
    lost = asyncio.Event()
    async with open_listener(context.dsn, lost.set) as listener:
        manager = _build_manager(worker, context, listener)
        yield WorkerRun(worker, manager, context.connections, lost)


def _build_manager(worker: Worker, context: WorkerContext, listener: asyncpg.Connection) -> QueueManager:
    def make_throttle(callback: NotifyCallback) -> NotificationThrottle:
        throttle = NotificationThrottle(callback)
        context.local_notify.register(worker.name, throttle)
        return throttle

    queries = build_queries(context.connections, listener, make_throttle)
    manager = QueueManager(queries, channel=CHANNEL)
    queries.capacity = Capacity(worker.concurrency, manager.job_context.__len__, manager.shutdown, context.courtesy)
    manager.min_dequeue_poll_interval = LOOK_AT_MOST_EVERY
    for kind in worker.kinds:
        manager.entrypoint(kind.name, on_failure="hold", executor_factory=Executor)(_handler(kind, worker, context))
    return manager


def _handler(kind: JobKind, worker: Worker, context: WorkerContext) -> Callable[[Job], Awaitable[None]]:
    async def handle(job: Job) -> None:
        outcome = await kind.run(object_id(job))
        if outcome.wake_at is not None:
            await enqueue(context.pool, kind.name, object_id(job), outcome.wake_at)
        for name in (worker.name, *outcome.wakes):
            context.local_notify.notify(name)
        context.observe(kind.name, outcome)

    return handle
