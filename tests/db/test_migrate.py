"""The schema goes forward only, and a database that it cannot bring up to date is refused with the reason."""

from pathlib import Path

import asyncpg
import pytest

from tocsin.db.migrate import AlteredMigration, Migration, available, latest, migrate
from tocsin.db.pool import Pool
from tocsin.errors import ConfigurationError

# As sha256sum writes it. A migration that has landed never changes: add a new one, and its line here.
CHECKSUMS = Path(__file__).with_name("migrations.sha256")

FURTHER = Migration(latest() + 1, "9999_further.sql", "alter table users add column nickname text")


def test_a_migration_that_has_landed_never_changes() -> None:
    shipped = {migration.name: migration.checksum for migration in available()}
    recorded = {name: checksum for checksum, name in (line.split() for line in CHECKSUMS.read_text().splitlines())}
    assert shipped == recorded


def test_migrations_are_numbered_from_1_without_a_gap() -> None:
    assert [migration.version for migration in available()] == list(range(1, latest() + 1))


async def test_a_further_migration_is_applied_once_and_keeps_the_rows(database: str, pool: Pool) -> None:
    await pool.execute("insert into users (name, email) values ('Ann', 'ann@example.org')")
    assert await migrate(database, [*available(), FURTHER]) == [FURTHER]
    assert await migrate(database, [*available(), FURTHER]) == []
    assert await pool.fetchval("select name from users where nickname is null") == "Ann"


async def test_a_database_of_an_unreleased_version_is_refused_and_left_alone(database: str, pool: Pool) -> None:
    await pool.execute("truncate schema_migrations")
    await pool.executemany(
        "insert into schema_migrations (version, name, checksum) values ($1, $2, $2)",
        [(version, f"{version:04}_of_former_days.sql") for version in range(1, 42)],
    )
    with pytest.raises(AlteredMigration, match=r"^migration 0001_queue\.sql differs"):
        await migrate(database)
    assert await pool.fetchval("select count(*) from schema_migrations where name like '%_of_former_days.sql'") == 41


async def test_a_database_of_a_newer_version_is_refused(database: str, pool: Pool) -> None:
    await migrate(database, [*available(), FURTHER])
    with pytest.raises(ConfigurationError, match=f"has schema version {FURTHER.version}, this Tocsin knows {latest()}"):
        await migrate(database)


async def test_a_migration_that_fails_leaves_nothing_behind(database: str, pool: Pool) -> None:
    broken = Migration(FURTHER.version, "9999_broken.sql", f"{FURTHER.sql}; select 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(database, [*available(), broken])
    assert await migrate(database, [*available(), FURTHER]) == [FURTHER]
