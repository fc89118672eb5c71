"""An upgrade keeps what is there, and alerts go on climbing where they stood."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from tests.fixtures.database import cloned
from tests.fixtures.engine import Story, running_engine, settled
from tests.fixtures.factories import Factory

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.migrate import available, migrate
from tocsin.db.pool import open_pool
from tocsin.testing.clock import Clock, install

# The rows of an organisation under that version of the schema, at that moment. Of a newer version make another file.
OLD_VERSION = 8
OLD_ROWS = Path(__file__).with_name("organisation_0008.sql")
OLD_NOW = datetime(2026, 11, 2, 8, 36, tzinfo=UTC)

# The engine's own account of its work, which goes on, and what a migration fills.
_MOVING = {"pgqueuer", "pgqueuer_log", "engine_walk", "job_kinds", "schema_migrations"}


@pytest.fixture
async def empty(postgres_dsn: str) -> AsyncIterator[str]:
    """The DSN of an empty database, gone afterwards."""
    async with cloned(postgres_dsn, "template0") as dsn:
        yield dsn


@asynccontextmanager
async def old_database(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database, which has the old schema and its rows at the time that they were read."""
    connection = await asyncpg.connect(dsn)
    try:
        await install(connection)
        await migrate(dsn, [migration for migration in available() if migration.version <= OLD_VERSION])
        await Clock(connection).freeze()
        await Clock(connection).move_to(OLD_NOW)
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(OLD_ROWS.read_text())
        yield connection
    finally:
        await connection.close()


async def columns(connection: asyncpg.Connection) -> Mapping[str, str]:
    """Each table's columns, as they are listed in a statement."""
    rows = await connection.fetch(
        "select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as listed"
        " from information_schema.columns join information_schema.tables using (table_schema, table_name)"
        " where table_schema = 'public' and table_type = 'BASE TABLE' group by table_name"
    )
    return {row["table_name"]: row["listed"] for row in rows if row["table_name"] not in _MOVING}


async def content(connection: asyncpg.Connection, tables: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """What the tables hold in these columns, in no order that matters."""
    return {
        table: sorted(str(tuple(row)) for row in await connection.fetch(f"select {listed} from {table}"))
        for table, listed in tables.items()
    }


async def test_an_upgrade_keeps_every_row(empty: str) -> None:
    async with old_database(empty) as connection:
        tables = await columns(connection)
        before = await content(connection, tables)
        assert len(before["alerts"]) == 3
        applied = await migrate(empty)
        assert [migration.version for migration in applied] == [
            migration.version for migration in available() if migration.version > OLD_VERSION
        ]
        after = await content(connection, tables)
        assert {table for table in tables if after[table] != before[table]} <= {"job_kinds"}


async def test_an_alert_goes_on_climbing_after_an_upgrade(empty: str, phone: WebhookReceiver) -> None:
    async with old_database(empty) as connection:
        for table in ("contact_methods", "channels"):
            await connection.execute(
                f"update {table} set address = $1 || substring(address from '/[^/]*$') where type = 'webhook'",
                phone.url,
            )
        await migrate(empty)
        async with open_pool(empty, size=5, application_name="tocsin test") as pool, running_engine(empty, pool):
            await settled(pool)
            story = Story(pool, Factory(pool), Clock(connection), phone)
            assert await story.overdue() == []
            assert story.paged() == []
            await story.passes(9_000)
            assert story.paged() == ["Ann", "room"], "the first step again, six days later"
            assert await story.overdue() == []
