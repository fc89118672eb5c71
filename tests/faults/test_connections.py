"""The engine comes back by itself when its connections are cut."""

import time

import pytest
from tests.fixtures.engine import Story, eventually
from tests.fixtures.factories import step

from tocsin.channels.webhook.receiver import Hang
from tocsin.db.pool import Pool


async def cut(pool: Pool, application: str = "%") -> int:
    """Cut the engine's connections to the test's database, all of them or those of a name; how many there were."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
            " and application_name in ('tocsin engine', 'tocsin queue', 'tocsin listener')"
            " and application_name like $1",
            application,
        )
    return len(rows)


@pytest.mark.parametrize("application", ["%", "tocsin listener", "tocsin queue"])
async def test_an_alert_raised_right_after_the_cut_is_paged_within_5_seconds(story: Story, application: str) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    assert await cut(story.pool, application) >= 1
    began = time.monotonic()
    await story.make.alert(service)
    await story.phone.wait_for(1, timeout=5)
    assert time.monotonic() - began < 5


async def test_it_comes_back_again_and_again(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    for number in range(3):
        await cut(story.pool)
        await story.make.alert(service, f"disk {number}")
        await story.phone.wait_for(number + 1, timeout=5)


async def test_a_page_that_is_under_way_when_the_connections_are_cut_is_recorded_as_sent(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    story.phone.script(Hang())
    alert = await story.make.alert(service)
    await story.phone.wait_for(1)
    await cut(story.pool)
    story.phone.release()

    async def sent() -> bool:
        await story.passes(0.6)
        return (await story.page_states(alert))[-1] == "sent"

    await eventually(sent)
    assert len(story.pages()) == 1
