"""One engine process: its lanes of jobs, kept running; its sign of life; its housekeeping.

A lane's run loop ends when its listener is cut off, when the database goes away, or when told to stop. In the first
two cases the lane starts again with a new queue manager as soon as the database answers, while what the old one still
has in hand (a webhook being waited for) comes to its own end beside it. No lane runs while the database has a schema
that this version does not know.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.core.qm import QueueManager

from tocsin import __version__
from tocsin.db.pool import CONNECTION_ERRORS, Pool, open_all, open_pool
from tocsin.db.sql import Statements
from tocsin.engine.healing import repair, sweep, walk
from tocsin.engine.healing.sweep import Sweep
from tocsin.engine.healing.walk import Walk
from tocsin.engine.jobs import alert, cycle, page, policy, policy_alerts, rotation, schedule, service
from tocsin.engine.jobs.page import Outbox
from tocsin.engine.life import SIGN_EVERY, Life
from tocsin.engine.loop import Periodic, first, wait
from tocsin.engine.metrics import Lateness
from tocsin.engine.queue import buffers
from tocsin.engine.queue import queries as queue
from tocsin.engine.queue.job import PAGES, STATE
from tocsin.engine.queue.queries import QueuePool
from tocsin.engine.queue.worker import Lane, Workshop, build_manager, run_manager
from tocsin.engine.schema import Schema

log = structlog.get_logger(__name__)

_SQL = Statements(__package__, "runner.sql")
_STATE_KINDS = (
    rotation.kind,
    schedule.kind,
    policy.kind,
    policy_alerts.kind,
    service.kind,
    alert.kind,
    cycle.kind,
)
_RESTART_AFTER = timedelta(milliseconds=300)
_QUEUE_CONNECTIONS = 4
_ACCOUNT = timedelta(seconds=10)
_SCHEMA = timedelta(seconds=1)
_HOUSEKEEPING = timedelta(minutes=1)

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
    "tocsin.rings_itself": "on",  # see engine_enqueue and Bell
}


@dataclass(slots=True)
class Engine:
    """Runs jobs until stopped. ``ready`` is set when each lane has listened for the first time, or may not at all."""

    dsn: str
    pool: Pool
    queue_pool: QueuePool
    lanes: Sequence[Lane]
    walk_within: timedelta
    life: Life = field(default_factory=Life)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    lateness: Lateness = field(default_factory=Lateness)
    _schema: Schema = field(default_factory=Schema)
    _workshop: Workshop = field(init=False)
    _listening: set[str] = field(default_factory=set)
    _cut_off: set[str] = field(default_factory=set)
    _draining: set[asyncio.Task[None]] = field(default_factory=set)
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._workshop = Workshop(self.pool, self.lateness.observe)

    @property
    def id(self) -> UUID:
        return self.life.id

    async def run(self) -> None:
        """Run until ``stop`` is set; then finish what is in hand and say goodbye."""
        loops = [
            Periodic("schema", _SCHEMA, self._look_at_schema),
            Periodic("account", _ACCOUNT, self._give_account),
            Periodic("sign_of_life", SIGN_EVERY, self._sign),
            Periodic("housekeeping", _HOUSEKEEPING, self._housekeeping),
            Periodic("sweep", sweep.EVERY, self._with_known_schema(Sweep(self.pool).run_once)),
            Periodic("walk", walk.EVERY, self._with_known_schema(Walk(self.pool, self.walk_within).run_once)),
        ]
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes:
                group.create_task(self._keep_running(lane), name=f"lane {lane.name}")
            for loop in loops:
                group.create_task(loop.run(self.stop), name=loop.name)
        if self._draining:
            await asyncio.wait(self._draining)
        await self._goodbye()

    async def _keep_running(self, lane: Lane) -> None:
        await first(self._schema.known, self.stop)
        while not self.stop.is_set():
            try:
                await self._run_lane(lane)
            except CONNECTION_ERRORS as error:
                self._note_cut_off(lane, error)
            except Exception:
                log.exception("lane_failed", lane=lane.name)
            await wait(self.stop, _RESTART_AFTER)
            await first(self._schema.known, self.stop)

    async def _run_lane(self, lane: Lane) -> None:
        lost = asyncio.Event()
        async with queue.open_listener(self.dsn, lost.set) as listener:
            manager = build_manager(self.queue_pool, listener, lane, self._workshop)
            await self._begin(manager)
            running = asyncio.create_task(run_manager(manager, lane), name=f"queue {lane.name}")
            self._note_listening(lane)
            await first(running, lost, self.stop, self._schema.unknown)
            manager.shutdown.set()
            if lost.is_set() and not self.stop.is_set():
                self._drain(manager, running)
                return
            try:
                await running
            finally:
                self.life.managers.discard(manager.queue_manager_id)

    async def _begin(self, manager: QueueManager) -> None:
        """Let the others know of the manager before it has anything in hand."""
        self.life.managers.add(manager.queue_manager_id)
        await self._give_account()
        await self._sign()

    def _note_cut_off(self, lane: Lane, error: BaseException) -> None:
        if lane.name not in self._cut_off:
            log.warning("engine_waits_for_database", lane=lane.name, error=type(error).__name__)
        self._cut_off.add(lane.name)

    def _note_listening(self, lane: Lane) -> None:
        if lane.name in self._cut_off:
            log.info("engine_has_database_again", lane=lane.name)
        self._cut_off.discard(lane.name)
        self._listening.add(lane.name)
        if len(self._listening) == len(self.lanes):
            self.ready.set()

    def _drain(self, manager: QueueManager, running: asyncio.Task[None]) -> None:
        task = asyncio.create_task(self._finish(manager, running), name="drain")
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)

    async def _finish(self, manager: QueueManager, running: asyncio.Task[None]) -> None:
        await asyncio.wait({running})
        if not running.cancelled() and (error := running.exception()) is not None:
            log.info("lane_ended", error=type(error).__name__)
        while not self.stop.is_set():
            try:
                await queue.give_back(self.queue_pool.pool, manager.queue_manager_id)
            except CONNECTION_ERRORS:
                await wait(self.stop, _RESTART_AFTER)
            else:
                break
        self.life.managers.discard(manager.queue_manager_id)

    async def _look_at_schema(self) -> None:
        if await self._schema.look(self.pool):
            await self._give_account()
        if self._schema.unknown.is_set():
            self.ready.set()

    def _with_known_schema(self, run_once: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def run() -> object:
            return await run_once() if self._schema.known.is_set() else None

        return run

    async def _give_account(self) -> None:
        process = self.life.process
        who = (self.id, process.host, process.pid, __version__)
        async with self._signing:  # or one begun before the engine paused is written after the one that says so
            await self.pool.execute(_SQL["account"], *who, self.lateness.summary(), self._schema.paused_because)

    async def _sign(self) -> None:
        with suppress(asyncpg.UndefinedColumnError):  # of a database that was put back as an older Tocsin left it
            if await self.life.sign(self.pool):
                self._workshop.bell.ring_all()

    async def _housekeeping(self) -> None:
        await self.pool.execute(_SQL["prune_log"])
        await self.pool.execute(_SQL["prune_instances"])
        await repair.prune(self.pool)

    async def _goodbye(self) -> None:
        try:
            await self.pool.execute(_SQL["goodbye"], self.id)
        except CONNECTION_ERRORS as error:
            log.warning("goodbye_not_recorded", error=type(error).__name__)


@asynccontextmanager
async def open_engine(
    dsn: str, outbox: Outbox, *, connections: int, walk_within: timedelta = timedelta(minutes=10)
) -> AsyncIterator[Engine]:
    """An engine on the database, with up to ``connections`` connections for its jobs and a few for the queue.

    ``walk_within`` bounds how long it takes until a change that nothing told of is found.
    """
    buffers.sleep_while_empty()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            open_pool(dsn, size=connections, application_name="tocsin engine", settings=SESSION)
        )
        queue_pool = await stack.enter_async_context(
            queue.open_queue_pool(dsn, size=_QUEUE_CONNECTIONS, settings=SESSION)
        )
        for each in (pool, queue_pool.pool):
            await open_all(each)  # a storm is no moment to open connections in
        life = Life(mails=outbox.mails)
        lanes = [
            Lane(STATE, [kind(pool) for kind in _STATE_KINDS], 400, 100),
            Lane(PAGES, [page.kind(pool, outbox, life)], 256, 50),
        ]
        yield Engine(dsn, pool, queue_pool, lanes, walk_within, life)
