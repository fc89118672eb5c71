"""One engine process: its workers, kept running; its signs of life; the pruning of old rows.

A worker's run ends when its listener is cut off, when the database goes away, or when told to stop. In the first two
cases the worker starts again with a new run as soon as the database answers, while what the old one still has in hand
(a webhook being waited for) comes to its own end beside it. No worker runs while the database has a schema that this
version does not know.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog

from tocsin import __version__
from tocsin.db.pool import CONNECTION_ERRORS, Pool, open_all, open_pool
from tocsin.db.sql import Statements
from tocsin.engine import retention
from tocsin.engine.healing import reconcile, sweep
from tocsin.engine.healing.reconcile import Reconciler
from tocsin.engine.healing.sweep import Sweep
from tocsin.engine.jobs import claims, page
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.jobs.page import PageDeps
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.jobs.state_kinds import state_kinds
from tocsin.engine.life import SIGN_EVERY, Life
from tocsin.engine.loop import Periodic, first, wait
from tocsin.engine.metrics import Lateness
from tocsin.engine.queue.job import PAGES, STATE
from tocsin.engine.queue.worker import Worker, WorkerContext, WorkerRun, open_context, open_run
from tocsin.engine.retention import USUAL_LIFETIMES, Lifetimes
from tocsin.engine.schema import Schema

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "runner.sql")
_RESTART_AFTER = timedelta(milliseconds=300)
_REPORT_EVERY = timedelta(seconds=10)
_CHECK_SCHEMA_EVERY = timedelta(seconds=1)

# Rows are locked for moments only; what waits longer has met something odd, and gives way to the other objects.
#
# A plan that was made while a table was empty, and known to be (an analyze of a young database, a restored dump), is
# kept by its connection: a scan from end to end would go on while a storm fills the table. Every statement of an engine
# has its index. A table without any is read whole all the same, at a price before PostgreSQL 18 for which it would be
# compiled first.
#
# Planning anew costs more than most of these statements' own work: a statement's plan is made once a connection.
SESSION = {
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "synchronous_commit": "off",
    "lock_timeout": "2s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "15s",
    "tocsin.local_notify": "on",  # see LocalNotify
}


@dataclass(slots=True)
class Engine:
    """Runs jobs until stopped. ``ready`` is set when each worker has listened for the first time, or may not."""

    context: WorkerContext
    workers: Sequence[Worker]
    claimed: ClaimedPages
    reconcile_within: timedelta
    lifetimes: Lifetimes
    life: Life = field(default_factory=Life)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    lateness: Lateness = field(default_factory=Lateness)
    _schema: Schema = field(default_factory=Schema)
    _listening: set[str] = field(default_factory=set)
    _cut_off: set[str] = field(default_factory=set)
    _draining: set[asyncio.Task[None]] = field(default_factory=set)
    _reporting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def id(self) -> UUID:
        return self.life.id

    @property
    def pool(self) -> Pool:
        """The connections for jobs."""
        return self.context.pool

    def wake(self) -> None:
        """Let it look for jobs now."""
        self.context.local_notify.notify(STATE)

    def give_way_while(self, is_due: Callable[[], bool]) -> None:
        """Leave time to something that comes first whenever ``is_due`` says so."""
        self.context.courtesy.is_due = is_due

    async def run(self) -> None:
        """Run until ``stop`` is set; then finish what is in hand and remove the engine from those at work."""
        reconciler = Reconciler(self.pool, self.reconcile_within)
        loops = [
            Periodic("schema", _CHECK_SCHEMA_EVERY, self._check_schema),
            Periodic("report_state", _REPORT_EVERY, self._report_state),
            Periodic("sign_of_life", SIGN_EVERY, self._sign),
            Periodic("prune", retention.EVERY, self._prune),
            Periodic("sweep", sweep.EVERY, self._with_known_schema(Sweep(self.pool).run_once)),
            Periodic("reconcile", reconcile.EVERY, self._with_known_schema(reconciler.run_once)),
        ]
        at_rest = asyncio.Event()
        async with asyncio.TaskGroup() as sending:
            sending.create_task(self.claimed.run(at_rest), name="claimed pages")
            async with asyncio.TaskGroup() as group:
                for worker in self.workers:
                    group.create_task(self._keep_running(worker), name=f"worker {worker.name}")
                for loop in loops:
                    group.create_task(loop.run(self.stop), name=loop.name)
            at_rest.set()
        if self._draining:
            await asyncio.wait(self._draining)
        await self._remove_instance()

    async def _keep_running(self, worker: Worker) -> None:
        await first(self._schema.known, self.stop)
        while not self.stop.is_set():
            try:
                await self._run_worker(worker)
            except CONNECTION_ERRORS as error:
                self._note_cut_off(worker, error)
            except Exception:
                log.exception("worker_failed", worker=worker.name)
            await wait(self.stop, _RESTART_AFTER)
            await first(self._schema.known, self.stop)

    async def _run_worker(self, worker: Worker) -> None:
        async with open_run(worker, self.context) as run:
            await self._begin(run)
            running = asyncio.create_task(run.run(), name=f"queue {worker.name}")
            self._note_listening(worker)
            await first(running, run.lost, self.stop, self._schema.unknown)
            run.stop()
            if run.lost.is_set() and not self.stop.is_set():
                self._drain(run, running)
                return
            try:
                await running
            finally:
                self.life.managers.discard(run.id)

    async def _begin(self, run: WorkerRun) -> None:
        """Let the others know of the run before it has anything in hand."""
        self.life.managers.add(run.id)
        await self._report_state()
        await self._sign()

    def _note_cut_off(self, worker: Worker, error: BaseException) -> None:
        if worker.name not in self._cut_off:
            log.warning("engine_waits_for_database", worker=worker.name, error=type(error).__name__)
        self._cut_off.add(worker.name)

    def _note_listening(self, worker: Worker) -> None:
        if worker.name in self._cut_off:
            log.info("engine_has_database_again", worker=worker.name)
        self._cut_off.discard(worker.name)
        self._listening.add(worker.name)
        if len(self._listening) == len(self.workers):
            self.ready.set()

    def _drain(self, run: WorkerRun, running: asyncio.Task[None]) -> None:
        task = asyncio.create_task(self._finish(run, running), name="drain")
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)

    async def _finish(self, run: WorkerRun, running: asyncio.Task[None]) -> None:
        await asyncio.wait({running})
        if not running.cancelled() and (error := running.exception()) is not None:
            log.info("worker_ended", error=type(error).__name__)
        while not self.stop.is_set():
            try:
                await run.give_back()
            except CONNECTION_ERRORS:
                await wait(self.stop, _RESTART_AFTER)
            else:
                break
        self.life.managers.discard(run.id)

    async def _check_schema(self) -> None:
        if await self._schema.check(self.pool):
            await self._report_state()
        if self._schema.unknown.is_set():
            self.ready.set()

    def _with_known_schema(self, run_once: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def run() -> object:
            return await run_once() if self._schema.known.is_set() else None

        return run

    async def _report_state(self) -> None:
        process = self.life.process
        who = (self.id, process.host, process.pid, __version__)
        async with self._reporting:  # or one begun before the engine paused is written after the one that says so
            await self.pool.execute(_SQL["report_state"], *who, self.lateness.summary(), self._schema.paused_because)

    async def _sign(self) -> None:
        with suppress(asyncpg.UndefinedColumnError):  # of a database that was put back as an older Tocsin left it
            if await self.life.sign(self.pool):
                self.context.local_notify.notify_all()

    async def _prune(self) -> None:
        await first(self._schema.known, self.stop)
        if self.stop.is_set():
            return
        await self.pool.execute(_SQL["prune_instances"])
        await retention.remove_old(self.pool, self.lifetimes)

    async def _remove_instance(self) -> None:
        try:
            await self.pool.execute(_SQL["remove_instance"], self.id)
        except CONNECTION_ERRORS as error:
            log.warning("instance_not_removed", error=type(error).__name__)


@asynccontextmanager
async def open_engine(
    dsn: str,
    outbox: Outbox,
    *,
    connections: int,
    reconcile_within: timedelta = timedelta(minutes=10),
    lifetimes: Lifetimes = USUAL_LIFETIMES,
) -> AsyncIterator[Engine]:
    """An engine on the database, with up to ``connections`` connections for its jobs and a few for the queue.

    ``reconcile_within`` bounds how long it takes until a change that nothing told of is found. ``lifetimes`` says what
    is kept for how long.
    """
    lateness, life = Lateness(), Life(mails=outbox.mails)
    async with (
        open_pool(dsn, size=connections, application_name="tocsin engine", settings=SESSION) as pool,
        open_context(dsn, pool, SESSION, lateness.observe) as context,
    ):
        await open_all(pool)  # a storm is no moment to open connections in
        pages = PageDeps(pool, outbox, life)
        claimed = page.claimed_pages(pages, lateness.observe)
        workers = [
            Worker(STATE, list(state_kinds(pool, claimed).values()), concurrency=150, batch=50),
            Worker(PAGES, [page.kind(pages), claims.kind(pool)], concurrency=256, batch=50),
        ]
        yield Engine(context, workers, claimed, reconcile_within, lifetimes, life, lateness=lateness)
