"""What our overrides lean on is what the installed PgQueuer does, and ADR 1 gives the reason for each.

When one of these fails after an upgrade: read what has changed, decide whether the override still fits and is still
needed, and write the new digest down.
"""

import asyncio
import hashlib
import inspect
import textwrap
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core import listeners
from pgqueuer.core.buffers import TimedOverflowBuffer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.heartbeat import Heartbeat
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import JobId, QueueEntrypoint
from tests.fixtures.engine import eventually

from tocsin.db.pool import Pool
from tocsin.engine.queue.driver import QueueDriver
from tocsin.engine.queue.executor import Executor
from tocsin.engine.queue.job import JobKind, Outcome
from tocsin.engine.queue.queries import LOOK_AT_LEAST_EVERY, LOOK_AT_MOST_EVERY, QueueQueries
from tocsin.engine.queue.worker import Worker, WorkerContext, WorkerRun, open_context, open_run

ADR = Path("docs/adr/0001-job-queue.md")

LEANS_ON: Mapping[str, tuple[str, Sequence[Callable[..., Any] | type]]] = {
    "EntrypointExecutor.execute": (
        "140ccbffd05ab046",
        [EntrypointExecutor, QueueManager._dispatch, QueueManager.log_failure, QueueManager.entrypoint, RetryRequested],
    ),
    "Queries.dequeue": (
        "cde2bf33ccbe8826",
        [Queries.dequeue, QueueManager.fetch_jobs, QueueManager.forget_job, QueueManager.run],
    ),
    "Queries.eligible_queued_work": (
        "cd32112d68603274",
        [Queries.eligible_queued_work, QueueManager._effective_dequeue_timeout],
    ),
    "Queries.queued_work": (
        "16fcd0b3aacd1ca9",
        [Queries.queued_work, QueueManager._effective_dequeue_timeout, QueueManager._maybe_drain_shutdown],
    ),
    "Queries.next_deferred_eta": (
        "ec233ee52cc82b89",
        [Queries.next_deferred_eta, QueueManager._effective_dequeue_timeout],
    ),
    "Queries.notify_health_check": (
        "300beb04e67be07a",
        [
            Queries.notify_health_check,
            QueueManager.listener_healthy,
            QueueManager._run_periodic_health_check,
            QueueManager._maybe_health_shutdown,
        ],
    ),
    "Queries.log_jobs": ("1ae20e0246a4f392", [Queries.log_jobs, QueryQueueBuilder.build_log_job_query]),
    "Queries.retry_job": ("172e79b6ab007f2b", [Queries.retry_job, QueryQueueBuilder.build_retry_job_query]),
    "AsyncpgPoolDriver.add_listener": (
        "51662e0c4353a6fb",
        [
            AsyncpgPoolDriver,
            listeners.initialize_notice_event_listener,
            listeners.default_event_router,
            listeners.wait_for_notice_event,
        ],
    ),
    "QueryQueueBuilder.dequeue_sql_cache": ("614d2d2722fc6957", [QueryQueueBuilder.build_dequeue_query]),
    "TimedOverflowBuffer.periodic_flush": ("ae540fc708d5ebb9", [TimedOverflowBuffer, Heartbeat]),
    "DBSettings": ("602539aa7fec574c", [DBSettings]),
}
"""Each override, with a digest of the code that it replaces or depends on."""


@pytest.mark.parametrize("override", LEANS_ON)
def test_the_code_that_an_override_leans_on_is_the_code_that_was_read(override: str) -> None:
    digest, code = LEANS_ON[override]
    text = "\n".join(textwrap.dedent(inspect.getsource(part)) for part in code)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == digest


def overridden(ours: type, theirs: type) -> set[str]:
    """The methods of PgQueuer's class that ours replaces."""
    functions = {name for name, value in vars(ours).items() if inspect.isfunction(value) and not name.startswith("__")}
    return {f"{theirs.__name__}.{name}" for name in functions if hasattr(theirs, name)}


def test_no_override_is_left_out() -> None:
    of_classes = (
        overridden(QueueQueries, Queries)
        | overridden(QueueDriver, AsyncpgPoolDriver)
        | overridden(Executor, EntrypointExecutor)
    )
    elsewhere = {"QueryQueueBuilder.dequeue_sql_cache", "TimedOverflowBuffer.periodic_flush", "DBSettings"}
    assert of_classes | elsewhere == set(LEANS_ON)


@pytest.mark.parametrize("override", LEANS_ON)
def test_the_adr_gives_the_reason_for_each_override(override: str) -> None:
    assert f"| `{override}` |" in ADR.read_text()


async def run_at(attempts: int, error: Exception) -> None:
    """Run a job that fails, by PgQueuer's own executor that retries."""

    async def fail(_job: Job) -> None:
        raise error

    now = datetime.now(UTC)
    job = Job(
        id=JobId(1),
        priority=0,
        created=now,
        updated=now,
        heartbeat=now,
        execute_after=now,
        status="picked",
        entrypoint=QueueEntrypoint("alert"),
        payload=b"1",
        queue_manager_id=uuid4(),
        attempts=attempts,
        headers=None,
    )
    executor = DatabaseRetryEntrypointExecutor(EntrypointExecutorParameters(0, fail), max_attempts=1_000)
    await executor.execute(job, Context(cancellation=None, resources={}))  # type: ignore[arg-type]


async def test_pgqueuers_own_retries_fail_at_attempt_47() -> None:
    """So they would end what has to be tried for ever: a job whose row somebody holds."""
    with pytest.raises(RetryRequested):
        await run_at(46, ValueError("it failed"))
    with pytest.raises(OverflowError):
        await run_at(47, ValueError("it failed"))


@pytest.fixture
async def context(database: str, pool: Pool) -> AsyncIterator[WorkerContext]:
    async with open_context(database, pool, {}, lambda _kind, _outcome: None) as opened:
        yield opened


@pytest.fixture
async def run(context: WorkerContext) -> AsyncIterator[WorkerRun]:
    """A worker that has not begun."""

    async def nothing(_object_id: str) -> Outcome:
        return Outcome("nothing")

    async with open_run(Worker("test", [JobKind("alert", nothing)], concurrency=10, batch=5), context) as opened:
        yield opened


@pytest.mark.parametrize(
    ("due", "shortest", "longest"),
    [
        (None, LOOK_AT_LEAST_EVERY, LOOK_AT_LEAST_EVERY),
        (-60, LOOK_AT_MOST_EVERY, LOOK_AT_MOST_EVERY),
        (1, timedelta(milliseconds=1), timedelta(seconds=1)),
        (3600, LOOK_AT_LEAST_EVERY, LOOK_AT_LEAST_EVERY),
    ],
)
async def test_one_question_tells_when_to_look_again(
    pool: Pool, run: WorkerRun, due: float | None, shortest: timedelta, longest: timedelta
) -> None:
    if due is not None:
        await pool.execute("select engine_enqueue('alert', '1', now() + $1::interval)", timedelta(seconds=due))
    assert shortest <= await run.manager._effective_dequeue_timeout(LOOK_AT_LEAST_EVERY) <= longest


async def test_the_probe_of_the_listener_waits_until_there_is_one(run: WorkerRun) -> None:
    probe = asyncio.create_task(run.manager.listener_healthy())
    done, _ = await asyncio.wait({probe}, timeout=0.05)
    assert not done
    router = listeners.default_event_router(
        notice_event_queue=listeners.PGNoticeEventListener(),
        canceled=run.manager.job_context,
        pending_health_check=run.manager.pending_health_check,
    )
    await listeners.initialize_notice_event_listener(run.manager.queries.driver, run.manager.channel, router)
    assert (await probe).type == "health_check_event"


async def test_a_run_forgets_a_job_once_it_is_done(pool: Pool, run: WorkerRun) -> None:
    """Its capacity counts what PgQueuer has not forgotten."""
    running = asyncio.create_task(run.run())
    await pool.execute("select engine_enqueue('alert', '1', now())")

    async def forgotten() -> bool:
        return not await pool.fetchval("select count(*) from pgqueuer") and run.manager.job_context == {}

    await eventually(forgotten)
    run.stop()
    await running


async def test_a_listener_that_is_cut_off_is_noticed_at_once(pool: Pool, run: WorkerRun) -> None:
    await pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = 'tocsin listener'"
    )
    async with asyncio.timeout(5):
        await run.lost.wait()
