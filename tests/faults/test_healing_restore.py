"""A database that is restored from a dump without the queue goes on by itself, and nothing is late for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tests.fixtures.database import cloned
from tests.fixtures.engine import Story, eventually, minutes, running_engine
from tests.fixtures.factories import Factory, step

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.embedded_install import client_programs
from tocsin.db.pool import open_pool
from tocsin.testing.clock import Clock

SOON = 15


async def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs."""
    process = await asyncio.create_subprocess_exec(
        client_programs() / program, *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


@pytest.fixture
async def empty(postgres_dsn: str) -> AsyncIterator[str]:
    """The DSN of an empty database, gone afterwards."""
    async with cloned(postgres_dsn, "template0") as dsn:
        yield dsn


async def test_a_dump_of_an_hour_ago_without_the_queue(
    environment: Story, database: str, empty: str, phone: WebhookReceiver, tmp_path: Path
) -> None:
    ann, ben, cid = [await environment.user(name) for name in ("Ann", "Ben", "Cid")]
    policy = await environment.make.policy(step(ann, delay=minutes(61.5)), step(ben, delay=minutes(5)), step(cid))
    async with running_engine(database, environment.pool):
        await environment.alert(await environment.make.service(policy))
    assert environment.paged() == ["Ann"]
    dump = str(tmp_path / "tocsin.dump")
    await run("pg_dump", "-Fc", "--exclude-table-data=public.pgqueuer*", "-f", dump, "-d", database)
    await run("pg_restore", "--no-owner", "-d", empty, dump)
    connection = await asyncpg.connect(empty)
    clock = Clock(connection)
    await clock.advance(minutes(60))
    try:
        async with open_pool(empty, size=5, application_name="tocsin test") as pool:
            restored = Story(pool, Factory(pool), clock, phone)
            restored.paged()
            assert [reason for _, reason in await restored.overdue()] == ["no_job"]
            async with running_engine(empty, pool):

                async def nothing_overdue() -> bool:
                    return not await restored.overdue()

                await eventually(nothing_overdue, within=SOON)
                await restored.passes(2)
                assert restored.paged() == ["Ben"]
            late = await pool.fetchval(
                "select last_escalation - (select at from alert_logs where event = 'escalated' order by id limit 1)"
                " from escalation_policy_state"
            )
            assert late == minutes(62), "it moved on when the clock had come there, at its due time or after"
    finally:
        await connection.close()
