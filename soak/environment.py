"""What the soak runs on: everything started in order, and all of it ended again whatever happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg

from soak.api import Api
from soak.moments import Jumps, Window
from soak.organisation import Organisation, found
from soak.phones import Phone, phones
from soak.processes import Slot, free_port
from soak.proxy import Proxy, proxy
from soak.server import Server, server
from tocsin.cli.first_start import first_start
from tocsin.cli.runtime import bring_up_to_date
from tocsin.db.embedded_process import find_running
from tocsin.db.pool import Pool, open_all, open_pool
from tocsin.testing.clock import Clock, install

WEB_CONNECTIONS = 10
PHONES = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that does not hold, for what, and how."""

    check: str
    object: str
    what: str


@dataclass(slots=True)
class Environment:
    """All that runs, and the record of what was done to it. Times are the host's clock, in seconds."""

    directory: Path
    server: Server
    dsn: str
    pool: Pool
    web: Slot
    engines: Sequence[Slot]
    phones: Sequence[Phone]
    api: Api
    organisation: Organisation
    began: float = field(default_factory=time.time)
    jumps: Jumps = field(default_factory=Jumps)
    windows: list[Window] = field(default_factory=list)
    crashes: list[Window] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    quiet: bool = False

    @property
    def slots(self) -> Sequence[Slot]:
        return (self.web, *self.engines)

    @property
    def mortal(self) -> Sequence[Slot]:
        """The engines that may be ended. The first lives through the whole run, so that its memory can be told."""
        return self.engines[1:] or self.engines

    def say(self, text: str) -> None:
        """Tell what happens, with the seconds since the beginning."""
        line = f"{time.time() - self.began:8.1f}  {text}"
        with (self.directory / "soak.log").open("a") as log:
            log.write(line + "\n")
        if not self.quiet:
            print(line, flush=True)

    def fail(self, check: str, object_: str, what: str) -> None:
        self.failures.append(Failure(check, object_, what))
        self.say(f"FAILED {check}: {object_}: {what}")

    @contextmanager
    def disturbed(self, alert: int | None = None, after: float = 0.0) -> Iterator[None]:
        """What is due while the block runs, and ``after`` seconds more, is due at its end."""
        start = time.time()
        try:
            yield
        finally:
            self.windows.append(Window(start, time.time() + after, alert))

    async def fill_up(self) -> None:
        """Start a process where one has been ended."""
        for slot in self.slots:
            if not slot.is_running:
                if not slot.told_to_end:
                    assert slot.process is not None
                    self.fail("keeps running", slot.name, f"ended by itself, exit code {slot.process.returncode}")
                await slot.start()
                self.say(f"     {slot.name} is there again")

    async def advance(self, by: timedelta) -> None:
        """Move the database's clock forwards."""
        with self.disturbed():
            async with self.pool.acquire() as connection:
                await Clock(connection).advance(by)
            self.jumps.add(time.time(), by.total_seconds())

    async def answers(self) -> None:
        """Wait until PostgreSQL answers us again, and have all our connections open."""
        async with asyncio.timeout(60):
            while True:
                try:
                    await open_all(self.pool)
                    await self.pool.fetchval("select 1")
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def environment(
    directory: Path, engines: int, settings: Mapping[str, str], *, quiet: bool = False
) -> AsyncIterator[Environment]:
    """A Tocsin with an organisation, and its clock movable; PostgreSQL with these settings."""
    async with AsyncExitStack() as stack:
        room = {"max_connections": str(30 + 20 * engines)}  # so that others can take what is left in a moment
        database = await stack.enter_async_context(server(directory / "postgresql", {**room, **settings}))
        dsn = _dsn(database)
        token = await _prepare(dsn)
        pool = await stack.enter_async_context(open_pool(dsn, size=3, application_name="soak"))
        ringing = await stack.enter_async_context(phones(PHONES))
        proxies = [await stack.enter_async_context(proxy(database.socket)) for _ in range(engines + 1)]
        logs = directory / "logs"
        logs.mkdir()
        web = _web(proxies[0], logs)
        workers = [_engine(number, own_proxy, logs) for number, own_proxy in enumerate(proxies[1:])]
        for slot in (web, *workers):
            stack.push_async_callback(slot.kill)
        await asyncio.gather(*(slot.start() for slot in (web, *workers)))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        api = Api(http, web.health, token)
        organisation = await found(api, ringing)
        made = Environment(directory, database, dsn, pool, web, workers, ringing, api, organisation, quiet=quiet)
        yield made


def _dsn(database: Server) -> str:
    running = find_running(database.cluster)
    assert running is not None
    return running.dsn


async def _prepare(dsn: str) -> str:
    """An administrator's token of a migrated database with a movable clock."""
    connection = await asyncpg.connect(dsn)
    try:
        await install(connection)
    finally:
        await connection.close()
    await bring_up_to_date(dsn)
    credentials = await first_start(dsn, keep=lambda _: None)
    assert credentials is not None
    return credentials.token


def _web(own_proxy: Proxy, logs: Path) -> Slot:
    listen = f"127.0.0.1:{free_port()}"
    settings = {"TOCSIN_LISTEN": listen, "TOCSIN_WEB_CONNECTIONS": str(WEB_CONNECTIONS)}
    return Slot("web", ("serve", "--no-engine"), own_proxy, logs, settings, f"http://{listen}")


def _engine(number: int, own_proxy: Proxy, logs: Path) -> Slot:
    listen = f"127.0.0.1:{free_port()}"
    return Slot(f"engine-{number}", ("engine",), own_proxy, logs, {"TOCSIN_METRICS_LISTEN": listen}, f"http://{listen}")
