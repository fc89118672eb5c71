"""A newer version migrates the database: older engines take no more jobs, say so, and lose nothing."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec

from httpx import AsyncClient
from structlog.testing import capture_logs
from tests.fixtures.engine import Story, eventually, running_engine, settled
from tests.fixtures.factories import step

from tocsin.channels.webhook.receiver import Hang
from tocsin.db.migrate import latest
from tocsin.db.pool import Pool
from tocsin.engine.runner import Engine

NEWER = latest() + 1
WHY = f"the database has schema version {NEWER}, this Tocsin needs {latest()}"

LISTENERS = """
select count(*) from pg_stat_activity where datname = current_database() and application_name = 'tocsin listener'
"""


SLOW_SIGNS_OF_LIFE = """
create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return new; end $$;
create trigger slowly before insert on engine_instances
for each row when (new.paused_because is null) execute function slowly();
"""


async def migrate_further(pool: Pool) -> None:
    await pool.execute("insert into schema_migrations (version, name, checksum) values ($1, 'newer', 'x')", NEWER)


async def put_back(pool: Pool) -> None:
    await pool.execute("delete from schema_migrations where version = $1", NEWER)


async def has_stopped(pool: Pool) -> bool:
    """Whether an engine says that it is paused, and no worker listens any more."""
    paused = await pool.fetchval("select count(*) from engine_instances where paused_because = $1", WHY)
    return paused == 1 and await pool.fetchval(LISTENERS) == 0


async def test_a_running_engine_stops_within_5_seconds_and_loses_nothing(
    story: Story, api: AsyncClient, engine: Engine
) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    with capture_logs() as logs:
        await migrate_further(story.pool)
        await eventually(lambda: has_stopped(story.pool), within=5)
    assert [entry["reason"] for entry in logs if entry["event"] == "engine_paused"] == [WHY]
    shown = (await api.get("/api/v1/engine")).json()["instances"]
    assert [instance["paused_because"] for instance in shown] == [WHY]
    assert (await api.get("/health/ready")).json()["reason"] == WHY

    alert = await story.make.alert(service)
    await asyncio.sleep(0.5)  # an engine at work would have taken it long since
    await not_touched(story, alert)
    await put_back(story.pool)
    await settled(story.pool)
    assert story.paged() == ["ann"]
    assert await story.events(alert) == ["escalated first_step"]
    shown = (await api.get("/api/v1/engine")).json()["instances"]
    assert [instance["paused_because"] for instance in shown] == [None]


async def not_touched(story: Story, alert: int) -> None:
    """Its job waits, and nothing is written."""
    jobs = await story.pool.fetch("select entrypoint, status, attempts from pgqueuer")
    assert [tuple(job) for job in jobs] == [("alert", "queued", 0)]
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["state"], standing["version"]) == ("new", 0)


async def test_an_engine_that_starts_beside_it_takes_no_job_and_ends_when_told(
    environment: Story, database: str
) -> None:
    service = await environment.make.service(await environment.make.policy(step(await environment.user("ann"))))
    alert = await environment.make.alert(service)
    await environment.pool.execute("delete from pgqueuer where entrypoint <> 'alert'")
    await migrate_further(environment.pool)
    async with running_engine(database, environment.pool):
        assert await has_stopped(environment.pool)
    await not_touched(environment, alert)
    assert await environment.pool.fetchval("select count(*) from engine_instances") == 0


async def test_a_sign_of_life_on_its_way_does_not_hide_that_it_is_paused(environment: Story, database: str) -> None:
    await migrate_further(environment.pool)
    await environment.pool.execute(SLOW_SIGNS_OF_LIFE)
    async with running_engine(database, environment.pool):
        await asyncio.sleep(0.7)
        assert await has_stopped(environment.pool)


async def test_what_is_in_hand_is_finished(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"))))
    story.phone.script(Hang())
    alert = await story.make.alert(service)
    await story.phone.wait_for(1)
    await migrate_further(story.pool)
    story.phone.release()
    await eventually(lambda: has_stopped(story.pool), within=5)
    assert (await story.page_states(alert))[-1] == "sent"
    await put_back(story.pool)


async def test_the_command_refuses_to_start(database: str, pool: Pool) -> None:
    await migrate_further(pool)
    environment = {**os.environ, "TOCSIN_DATABASE_URL": database}
    process = await create_subprocess_exec(
        sys.executable, "-m", "tocsin", "engine", env=environment, stdout=PIPE, stderr=PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert "install a newer Tocsin" in errors.decode()
