"""What every command starts with: the settings, the database, and a way to end with a sentence instead of a trace."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
import typer
import uvloop

from tocsin import log, settings
from tocsin.channels.email.smtp import parse_smtp_url
from tocsin.channels.kit.causes import connection_cause
from tocsin.channels.registry import channel_types as registered_types
from tocsin.db.embedded import default_data_dir, embedded_server, require_data
from tocsin.db.migrate import AlteredMigration, migrate, unfit
from tocsin.db.pool import Pool, open_pool
from tocsin.errors import ConfigurationError, TocsinError
from tocsin.http.constraints import explain
from tocsin.settings import Settings
from tocsin.store.people import channel_types

T = TypeVar("T")

_DATABASE_ANSWERS = (OSError, asyncpg.PostgresError)


def run(main: Coroutine[Any, Any, T], *, failure: int = 1) -> T:
    """Run a command to its end. An error of ours is told in one sentence, with exit code ``failure``."""
    try:
        return uvloop.run(main)
    except TocsinError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        raise typer.Exit(failure) from None
    except asyncpg.IntegrityConstraintViolationError as error:
        if (violation := explain(error, deleting=False)) is None:
            raise
        print(f"tocsin: {violation.error.field}: {violation.error.message}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def load_settings() -> Settings:
    """The settings in force, with logging set up by them. Raises ConfigurationError."""
    loaded = settings.load()
    if loaded.smtp_url is not None:
        parse_smtp_url(loaded.smtp_url.get_secret_value())
    log.configure(loaded.log_format, loaded.log_level)
    return loaded


@asynccontextmanager
async def open_database(loaded: Settings, *, exclusive: bool = False) -> AsyncIterator[str]:
    """The DSN of the database: the configured server, or the embedded one, started for as long as it is needed.

    ``exclusive`` is for the one process that serves from an embedded server's directory.
    """
    if loaded.database_url is not None:
        with _telling_way_out(loaded):
            yield loaded.database_url.get_secret_value()
        return
    async with embedded_server(loaded.data_dir, exclusive=exclusive) as dsn:
        with _telling_way_out(loaded):
            yield dsn


@contextmanager
def _telling_way_out(loaded: Settings) -> Iterator[None]:
    """Add to the error about a database that an unreleased version built where it is, and what can be done about it."""
    try:
        yield
    except AlteredMigration as error:
        if loaded.database_url is None:
            place, setting = f"the data directory {loaded.data_dir or default_data_dir()}", "TOCSIN_DATA_DIR"
        else:
            place, setting = f"the database at {_place(loaded.database_url.get_secret_value())}", "TOCSIN_DATABASE_URL"
        way_out = f"{place} is of an unreleased version and must be made anew, or {setting} set to another"
        raise ConfigurationError(f"{error}: {way_out}") from error


async def bring_up_to_date(dsn: str) -> list[str]:
    """Apply the migrations that are waiting, write the registered types of channels, and return the migrations' names.

    Raises ConfigurationError.
    """
    with _telling_where(dsn):
        applied = await migrate(dsn)
        async with open_pool(dsn, size=1, application_name="tocsin migrate") as pool:
            await channel_types.save(pool, registered_types().values())
    return [migration.name for migration in applied]


async def _require_fit(dsn: str) -> None:
    """Raise ConfigurationError unless the database has the schema of this version; nothing is changed."""
    with _telling_where(dsn):
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "tocsin cli"})
        try:
            reason = await unfit(connection)
        finally:
            await connection.close()
    if reason is not None:
        raise ConfigurationError(f"{reason}: see tocsin migrate")


@contextmanager
def _telling_where(dsn: str) -> Iterator[None]:
    """Turn the error of a database that cannot be used into a ConfigurationError that says where that database is."""
    try:
        yield
    except _DATABASE_ANSWERS as error:
        cause = connection_cause(error) if isinstance(error, OSError) else error
        raise ConfigurationError(f"cannot use the database at {_place(dsn)}: {cause}") from error
    except ValueError:  # asyncpg cannot read the address, and quotes parts of it
        raise ConfigurationError(
            "TOCSIN_DATABASE_URL: must be an address such as postgresql://user:password@host:5432/name"
        ) from None


def _place(dsn: str) -> str:
    """Where a database is, and which setting says so; without user and password.

    The embedded server, which is no setting, is a directory, as any other is that listens on a socket in one.
    """
    parts = urlsplit(dsn)
    if not (hosts := parts.netloc.rpartition("@")[2]):
        return ", ".join(parse_qs(parts.query).get("host", ["the usual place (TOCSIN_DATABASE_URL)"]))
    named = [host if re.search(r":\d+$", host) else f"{host}:5432" for host in hosts.split(",")]
    return f"{', '.join(named)} (TOCSIN_DATABASE_URL)"


@asynccontextmanager
async def open_store(loaded: Settings | None = None, *, migrating: bool = True) -> AsyncIterator[Pool]:
    """A small pool on an up-to-date database, for a command that reads or writes a few rows.

    Without ``migrating`` nothing is made or changed: ConfigurationError is raised where there is no database, or one
    that is not up to date.
    """
    loaded = loaded or load_settings()
    if not migrating and loaded.database_url is None:
        require_data(loaded.data_dir)
    async with open_database(loaded) as dsn:
        await (bring_up_to_date(dsn) if migrating else _require_fit(dsn))
        async with open_pool(dsn, size=2, application_name="tocsin cli") as pool:
            yield pool


def stop_on_signal(stop: asyncio.Event) -> None:
    """Set ``stop`` when the process is told to end; a second signal ends it at once."""
    loop = asyncio.get_running_loop()

    def told(number: int) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told, number)
