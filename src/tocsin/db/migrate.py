"""Forward-only migrations: numbered plain SQL, each in its own transaction, under one advisory lock.

Any number of processes may start at once: the first to take the lock migrates, the others wait and find nothing to
do. A file that has been applied must never change; its checksum is kept and compared.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import asyncpg

from tocsin.db.pool import Connection
from tocsin.errors import ConfigurationError

_LOCK = 0x746F6373696E  # "tocsin"
_FILENAME = re.compile(r"(\d{4})_\w+\.sql")


class AlteredMigration(ConfigurationError):
    """A migration that the database holds differs from the shipped one: an unreleased version built the database."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available() -> Sequence[Migration]:
    """The migrations that this version of Tocsin ships, in order."""
    files = resources.files("tocsin.db.migrations").iterdir()
    return sorted(
        (
            Migration(int(match[1]), file.name, file.read_text(encoding="utf-8"))
            for file in files
            if (match := _FILENAME.fullmatch(file.name))
        ),
        key=lambda migration: migration.version,
    )


@cache
def latest() -> int:
    """The schema version that this version of Tocsin needs."""
    return available()[-1].version


async def current(connection: Connection) -> int:
    """The schema version of the database; 0 when it is empty."""
    if await connection.fetchval("select to_regclass('schema_migrations')") is None:
        return 0
    version: int = await connection.fetchval("select coalesce(max(version), 0) from schema_migrations")
    return version


async def unfit(connection: Connection) -> str | None:
    """Why this version of Tocsin cannot work on the database, as a sentence; None when it has the schema needed."""
    version = await current(connection)
    if version == latest():
        return None
    return f"the database has schema version {version}, this Tocsin needs {latest()}"


async def migrate(dsn: str, migrations: Sequence[Migration] | None = None) -> Sequence[Migration]:
    """Bring the database up to date and return what was applied.

    Raises ConfigurationError when the database is newer than this version of Tocsin, and AlteredMigration when a
    migration that it already holds differs from the shipped one.
    """
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "tocsin migrate"})
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        return await _migrate(connection, migrations if migrations is not None else available())
    finally:
        await connection.close()


async def _migrate(connection: Connection, migrations: Sequence[Migration]) -> Sequence[Migration]:
    await connection.execute(
        """
        create table if not exists schema_migrations (
            version integer primary key,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default now()
        )
        """
    )
    rows = await connection.fetch("select version, name, checksum from schema_migrations order by version")
    applied = {row["version"]: row["checksum"] for row in rows}
    _compare(applied, migrations)
    waiting = [migration for migration in migrations if migration.version not in applied]
    for migration in waiting:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
                migration.version,
                migration.name,
                migration.checksum,
            )
    return waiting


def _compare(applied: dict[int, str], migrations: Sequence[Migration]) -> None:
    """Altered ones first: a database from before the schema was released has more migrations than there are now."""
    known = {migration.version: migration for migration in migrations}
    for version in sorted(applied.keys() & known.keys()):
        if known[version].checksum != applied[version]:
            raise AlteredMigration(f"migration {known[version].name} differs from the one the database was built with")
    if newer := applied.keys() - known.keys():
        raise ConfigurationError(
            f"the database has schema version {max(newer)}, this Tocsin knows {max(known)}: install a newer Tocsin"
        )
