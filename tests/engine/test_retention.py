"""An engine at work removes what has been kept for long enough."""

from tests.fixtures.engine import Story, eventually, minutes, running_engine, settled
from tests.fixtures.factories import step

from tocsin.engine import retention
from tocsin.engine.retention import Lifetimes

DAY = 60 * 24


async def test_what_is_old_goes_and_what_is_open_stays(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    closed, open_one = await story.alert(service, "disk is full"), await story.alert(service, "cpu is hot")
    await story.close(closed)
    await story.passes(399 * DAY)
    await retention.remove_old(story.pool, Lifetimes())
    assert await story.pool.fetchval("select count(*) from alerts") == 2
    await story.passes(2 * DAY)
    await retention.remove_old(story.pool, Lifetimes())
    assert [row["id"] for row in await story.pool.fetch("select id from alerts")] == [open_one]
    assert await story.pool.fetchval("select sum(alerts) || ' ' || sum(pages) from report_sums") == "1 1"


async def test_an_engine_looks_by_itself(environment: Story, database: str) -> None:
    pool = environment.pool
    closed = await environment.make.alert(await environment.make.service())
    await pool.execute("update alerts set status = 'closed', closed_at = now() where id = $1", closed)
    await environment.clock.advance(minutes(401 * DAY))

    async def is_gone() -> bool:
        return await pool.fetchval("select count(*) from alerts") == 0

    async with running_engine(database, pool):
        await eventually(is_gone, within=30)
        await settled(pool)
