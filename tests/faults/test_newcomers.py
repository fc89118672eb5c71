"""Somebody comes on call at the very moment at which an alert finds that nobody is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tests.fixtures.engine import Story, eventually, settled
from tests.fixtures.factories import step

from tocsin.db.pool import Pool

WAITING = """
select exists (
    select from pg_stat_activity
    where datname = current_database() and application_name = 'tocsin engine' and wait_event_type = 'Lock'
)
"""


@asynccontextmanager
async def held(dsn: str, alert: int) -> AsyncIterator[None]:
    """The engine can read the alert and decide, but not write, for as long as the block runs."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("select from escalation_policy_state where alert_id = $1 for update", alert)
            yield
    finally:
        await connection.close()


async def has_decided(pool: Pool) -> bool:
    """Whether a job waits to write what it has decided."""
    return bool(await pool.fetchval(WAITING))


async def test_an_alert_that_decides_a_moment_before_pages_who_has_come(story: Story, database: str) -> None:
    ann = await story.make.user("ann")
    service = await story.make.service(await story.make.policy(step(ann), repeat=None))
    alert = await story.alert(service)
    assert (await story.events(alert))[-1] == "nobody_on_call nobody_on_call"
    async with held(database, alert):
        await story.clock.advance(step(ann).delay)
        await eventually(lambda: has_decided(story.pool))
        await story.make.rule(await story.make.contact_method(ann, story.address("ann")))
    await settled(story.pool)
    assert story.paged() == ["ann"]
