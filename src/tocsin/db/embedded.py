"""The embedded PostgreSQL server: one per data directory, shared by every Tocsin process that needs it.

**Who owns what.** The server belongs to its data directory, not to a process. It runs as an account of the
operating system that is never root (`embedded_account`), from the programs of a wheel (`embedded_install`), in a
session of its own, so that Ctrl-C in a terminal reaches Tocsin and not the database under it. It listens on a
Unix socket in a directory that only this account may enter, on no TCP port, and believes the kernel about who
is calling: only that account and root get in (`embedded_cluster`).

**Three locks** in the data directory say who may do what:

    users.lock   held shared by everyone who uses the server, for as long as they do
    start.lock   held alone, briefly, by whoever starts, stops or revives the server
    serve.lock   held alone by ``tocsin serve``: a second one on the same directory is refused

    enter: start.lock [ users.lock shared; running? use it : start it ]
    leave: start.lock [ drop users.lock; nobody else has it? stop the server ]

So the server runs from the first user's coming to the last one's going; ``tocsin doctor`` beside a running
``tocsin serve`` finds it, and alone starts it for a moment.

**When things break.** A killed Tocsin (SIGKILL, out of memory) loses its locks at once, but the server goes
on; whoever comes next finds it running, uses it and, being the last, stops it. A killed server is started again
within about a second by those who use it. After a crash of the machine the pid file is stale: it is told from
a live one by the process behind its number, and PostgreSQL recovers from its log.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import structlog

from tocsin.db import embedded_locks
from tocsin.db.embedded_account import make_data_directory, require_reachable, server_account
from tocsin.db.embedded_cluster import Cluster, explain_os_error
from tocsin.db.embedded_install import server_programs
from tocsin.db.embedded_process import Running, find_running, start, stop, wait_until_settled
from tocsin.errors import ConfigurationError

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_WATCH_SECONDS = 1.0
_WATCH_SECONDS_AFTER_FAILURE = 5.0

log = structlog.get_logger(__name__)


def default_data_dir() -> Path:
    """Where the data lives unless ``TOCSIN_DATA_DIR`` says otherwise: root's in /var/lib, else XDG's place."""
    if os.geteuid() == 0:
        return Path("/var/lib/tocsin")
    configured = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".local" / "share"
    return base / "tocsin"


def require_data(data_dir: Path | None = None) -> None:
    """Raises ConfigurationError unless a server has been in the directory before, for who only wants to look."""
    root = _root(data_dir)
    with _explained(root):
        if not (root / "cluster").exists():
            raise ConfigurationError(
                f"There is no database in the data directory {root}: set TOCSIN_DATA_DIR to where there is one. "
                "`tocsin serve` makes one."
            )


@asynccontextmanager
async def embedded_server(
    data_dir: Path | None = None, *, exclusive: bool = False, settings: Mapping[str, str] = _NO_SETTINGS
) -> AsyncIterator[str]:
    """The address of the data directory's server, running for as long as the context is open.

    ``exclusive`` is for ``tocsin serve``. ``settings`` are PostgreSQL's own and matter only to whoever starts
    the server. Raises ConfigurationError when the server cannot be used, in words for whoever runs Tocsin.
    """
    manager = _server(data_dir, exclusive=exclusive, settings=settings)
    entering = asyncio.create_task(asyncio.to_thread(manager.__enter__))
    try:
        server = await asyncio.shield(entering)
        async with _watched(server):
            yield server.dsn
    finally:
        await asyncio.wait([entering])  # cancelled while entering: what has begun must be undone all the same
        if entering.exception() is None:
            await asyncio.to_thread(manager.__exit__, None, None, None)


@contextmanager
def blocking_embedded_server(
    data_dir: Path | None = None, *, settings: Mapping[str, str] = _NO_SETTINGS
) -> Iterator[str]:
    """`embedded_server` for code without an event loop; it does not revive a killed server."""
    with _server(data_dir, exclusive=False, settings=settings) as server:
        yield server.dsn


@dataclass(frozen=True, slots=True)
class _Server:
    """A cluster whose server runs while we hold ``users.lock``."""

    cluster: Cluster
    settings: Mapping[str, str]
    dsn: str

    def revive(self) -> bool:
        """Start the server if it is gone; True when it was."""
        self.cluster.prune_logs()
        if find_running(self.cluster):
            return False
        with embedded_locks.exclusive(self.cluster.root / "start.lock"):
            _running(self.cluster, self.settings)
        return True


@contextmanager
def _server(data_dir: Path | None, *, exclusive: bool, settings: Mapping[str, str]) -> Iterator[_Server]:
    root = _root(data_dir)
    with ExitStack() as held:
        with _explained(root):
            cluster = _reachable_cluster(root)
            if exclusive:
                _refuse_second(held.enter_context(embedded_locks.exclusive_now(root / "serve.lock")), root)
            running = _enter(cluster, settings, held)
        yield _Server(cluster, settings, running.dsn)


def _root(data_dir: Path | None) -> Path:
    return (data_dir or default_data_dir()).expanduser().resolve()


def _reachable_cluster(root: Path) -> Cluster:
    account = server_account()
    if account.borrowed:
        require_reachable(account, root)
    make_data_directory(account, root)
    return Cluster(root, account)


def _refuse_second(holder: str | None, root: Path) -> None:
    if holder is not None:
        raise ConfigurationError(
            f"Another `tocsin serve` (process {holder}) already uses the data directory {root}. Stop it first, "
            "or set TOCSIN_DATA_DIR to another directory."
        )


def _enter(cluster: Cluster, settings: Mapping[str, str], held: ExitStack) -> Running:
    with embedded_locks.exclusive(cluster.root / "start.lock"), ExitStack() as using:
        using.callback(_stop_if_unused, cluster)
        using.enter_context(embedded_locks.shared(cluster.root / "users.lock"))
        running = _running(cluster, settings)
        held.callback(_leave, cluster, using.pop_all())
    return running


def _leave(cluster: Cluster, using: ExitStack) -> None:
    with embedded_locks.exclusive(cluster.root / "start.lock"):
        using.close()


def _stop_if_unused(cluster: Cluster) -> None:
    """Stop the server unless somebody uses it; call it under ``start.lock``."""
    if embedded_locks.is_free(cluster.root / "users.lock") and find_running(cluster):
        stop(cluster, server_programs(cluster.account, cluster.root))


def _running(cluster: Cluster, settings: Mapping[str, str]) -> Running:
    """The cluster's server, started when there is none; call it under ``start.lock``."""
    cluster.require_ours()
    return wait_until_settled(cluster) or _start(cluster, settings)


def _start(cluster: Cluster, settings: Mapping[str, str]) -> Running:
    cluster.require_space()
    programs = server_programs(cluster.account, cluster.root)
    if not cluster.pgdata.exists():
        cluster.initialise(programs)
    cluster.write_access_rules()
    cluster.prune_logs()
    return start(cluster, programs, settings)


@contextmanager
def _explained(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, root) from error


@asynccontextmanager
async def _watched(server: _Server) -> AsyncIterator[None]:
    watch = asyncio.create_task(_watch(server), name="embedded-server-watch")
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(server: _Server) -> None:
    """Bring the server back whenever it is gone, and say so."""
    pause = _WATCH_SECONDS
    while True:
        await asyncio.sleep(pause)
        pause = await _watch_once(server)


async def _watch_once(server: _Server) -> float:
    """Look once; the seconds until the next look."""
    try:
        if await asyncio.to_thread(server.revive):
            log.warning("embedded PostgreSQL was gone and has been started again")
    except (ConfigurationError, OSError) as error:
        log.warning("embedded PostgreSQL is gone and cannot be started", reason=str(error))
        return _WATCH_SECONDS_AFTER_FAILURE
    return _WATCH_SECONDS
