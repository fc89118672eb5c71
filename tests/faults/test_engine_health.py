"""The operators hear of a sick engine by their own contact methods, whatever has become of engines and queue."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.cli.process import free_port
from tests.faults.processes import engine_process, kill
from tests.fixtures.engine import Story, eventually, settled
from tests.fixtures.factories import Factory, rule, step

from tocsin.channels.email.receiver import MailReceiver
from tocsin.channels.registry import open_senders
from tocsin.db.pool import Pool, open_pool
from tocsin.domain.engine_health import IncidentStep
from tocsin.watch.health import Watch
from tocsin.watch.notify import Notifier
from tocsin.watch.outage import Outage, Verdict

POLICY = "Operators"


@pytest.fixture
async def watch(environment: Story, database: str) -> AsyncIterator[Watch]:
    """A process's watch, looking when it is told to; the operators are Ann."""
    await environment.make.policy(step(await environment.user("ann")), name=POLICY)
    async with watching(database) as made:
        yield made


@asynccontextmanager
async def watching(dsn: str, **outage: timedelta) -> AsyncIterator[Watch]:
    async with open_senders(None) as senders, open_pool(dsn, size=1, application_name="tocsin watch") as pool:
        made = Watch(pool, Notifier(senders, "http://tocsin.test"), POLICY.lower())
        if outage:
            made.outage = Outage(**outage)
        yield made


async def looks(environment: Story, watch: Watch, *seconds: float) -> list[object]:
    """What comes of looks, after so many seconds each."""
    steps = []
    for each in seconds:
        await environment.clock.advance(timedelta(seconds=each))
        steps.append(await watch.look())
    return steps


async def test_a_killed_engine_is_told_repeated_and_told_to_be_well(
    environment: Story, database: str, watch: Watch
) -> None:
    async with engine_process(database, environment.pool) as process:
        assert await looks(environment, watch, 0) == [IncidentStep.WAIT]
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert await looks(environment, watch, 19, 1, 5, 4) == [
        IncidentStep.WAIT,
        IncidentStep.OPEN,
        IncidentStep.WAIT,
        IncidentStep.WAIT,
    ]
    assert environment.phone.requests == ()
    assert await looks(environment, watch, 1, 200, 99, 1) == [
        IncidentStep.NOTIFY_SICK,
        IncidentStep.WAIT,
        IncidentStep.WAIT,
        IncidentStep.NOTIFY_SICK,
    ]
    async with engine_process(database, environment.pool):
        await eventually(lambda: came(watch, IncidentStep.RECOVER))
        await settled(environment.pool)  # or what was due meanwhile is later still when the clock moves on
        assert await looks(environment, watch, 9, 1) == [IncidentStep.WAIT, IncidentStep.NOTIFY_WELL]
    first, second, well = (request.json for request in environment.phone.requests)
    assert first["type"] == "engine"
    assert first["engine"]["status"] == "sick"
    assert first["engine"]["summary"].startswith("The engine is sick: no engine has given a sign of life since ")
    assert first["escalation"] == {"policy": POLICY}
    assert second["idempotency_key"] != first["idempotency_key"]
    assert well["engine"]["status"] == "well"
    assert await environment.pool.fetchval("select count(*) from engine_sickness") == 0


async def test_a_restart_wakes_nobody(environment: Story, database: str, watch: Watch) -> None:
    async with engine_process(database, environment.pool) as process:
        process.terminate()
        await process.wait()
    assert await looks(environment, watch, 0, 15) == [IncidentStep.OPEN, IncidentStep.WAIT]
    async with engine_process(database, environment.pool):
        assert await looks(environment, watch, 0, 0) == [IncidentStep.CLOSE, IncidentStep.WAIT]
    assert environment.phone.requests == ()


async def test_of_many_that_watch_one_tells(environment: Story, database: str, watch: Watch) -> None:
    async with watching(database) as second, watching(database) as third:
        all_three = (watch, second, third)
        await asyncio.gather(*(each.look() for each in all_three))
        await environment.clock.advance(timedelta(seconds=30))
        await asyncio.gather(*(each.look() for each in all_three))
        await asyncio.gather(*(each.look() for each in all_three))
    assert len(environment.phone.requests) == 1


async def test_a_notifier_that_dies_is_followed_by_another_with_the_same_key(
    environment: Story, database: str, watch: Watch
) -> None:
    await looks(environment, watch, 0)
    await environment.clock.advance(timedelta(seconds=30))
    await environment.pool.execute(
        "update engine_sickness set claimed_until = now() + interval '1 minute'"
    )  # and then died
    assert await looks(environment, watch, 0, 59, 1) == [IncidentStep.WAIT, IncidentStep.WAIT, IncidentStep.NOTIFY_SICK]
    assert len(environment.phone.requests) == 1


async def test_a_message_that_nobody_accepts_is_sent_again_soon(environment: Story, watch: Watch) -> None:
    environment.phone.script(500)
    assert await looks(environment, watch, 0, 30, 14, 1, 1) == [
        IncidentStep.OPEN,
        IncidentStep.NOTIFY_SICK,
        IncidentStep.WAIT,
        IncidentStep.NOTIFY_SICK,
        IncidentStep.WAIT,
    ]
    keys = [request.json["idempotency_key"] for request in environment.phone.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_an_object_without_a_job_is_told(environment: Story, watch: Watch) -> None:
    service = await environment.make.service(await environment.make.policy(step(await environment.user("ben"))))
    await environment.make.alert(service)
    await environment.pool.execute("delete from pgqueuer")
    await looks(environment, watch, 0)
    await environment.clock.advance(timedelta(seconds=30))
    await environment.pool.execute(
        "insert into engine_instances (id, host, pid, version, lateness) values (gen_random_uuid(), 'h', 1, '0', '{}')"
    )
    await watch.look()
    [request] = environment.phone.requests
    assert "1 object without a job in time, the first due at" in request.json["engine"]["summary"]


@pytest.mark.parametrize("on_call", [True, False])
async def test_when_nobody_is_on_call_everybody_of_the_policy_is_told(
    environment: Story, database: str, on_call: bool
) -> None:
    ann, ben = await environment.user("ann"), await environment.user("ben", 10)
    schedule = await environment.make.schedule(*([rule(ann)] if on_call else []))
    room = await environment.make.channel(address=environment.address("room"))
    rotation = await environment.make.rotation(await environment.make.user(), ben)
    await environment.make.policy(step(schedule), step(rotation, room), name=POLICY)
    async with watching(database) as watch:
        await looks(environment, watch, 0, 30)
    assert list(environment.paged()) == (["ann"] if on_call else ["ben", "room"])


async def test_operators_that_do_not_exist_are_logged_once(environment: Story, database: str) -> None:
    async with watching(database) as watch:
        with capture_logs() as logged:
            await looks(environment, watch, 0, 0)
    [line] = [one for one in logged if one["event"] == "nobody_hears_of_a_sick_engine"]
    assert "no escalation policy has the name or id 'operators'" in line["reason"]


async def test_a_database_that_does_not_answer_is_told_and_so_is_its_return(
    environment: Story, database: str, postgres_dsn: str, make: Factory
) -> None:
    await make.policy(step(await environment.user("ann")), name=POLICY)
    outage = {"notify_after": timedelta(seconds=0.2), "repeat": timedelta(minutes=5)}
    async with watching(database, **outage) as watch:
        await watch.look()
        async with closed(postgres_dsn, database):
            assert await watch.look() is Verdict.NOTHING
            await eventually(lambda: came(watch, Verdict.AWAY))
            assert await watch.look() is Verdict.NOTHING
        await watch.look()
    told = [request.json["engine"] for request in environment.phone.requests]
    assert [one["status"] for one in told] == ["sick", "well"]
    assert told[0]["summary"] == "The database does not answer Tocsin"


async def came(watch: Watch, wanted: IncidentStep | Verdict) -> bool:
    return await watch.look() is wanted


@asynccontextmanager
async def closed(server: str, database: str) -> AsyncIterator[None]:
    """The database lets nobody in, and throws out who is in."""
    name = urlsplit(database).path.removeprefix("/")
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'alter database "{name}" allow_connections false')
        await connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        yield
        await connection.execute(f'alter database "{name}" allow_connections true')
    finally:
        await connection.close()


async def test_the_web_process_tells_by_mail_when_there_is_no_engine(
    environment: Story, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await environment.make.user("Ann")
    await environment.make.rule(await environment.make.contact_method(ann, "ann@example.org", kind="email"))
    policy = await environment.make.policy(step(ann), name=POLICY)
    async with (
        MailReceiver() as mailbox,
        web_process(database, TOCSIN_OPERATORS_POLICY=str(policy.id), TOCSIN_SMTP_URL=mailbox.url),
    ):
        await eventually(lambda: is_seen(environment.pool), within=30)
        await environment.clock.advance(timedelta(seconds=30))
        [mail] = await mailbox.wait_for(1)
    assert mail.message["Subject"] == "[CRITICAL] Tocsin: The engine is sick: no engine is at work"
    assert mail.message["X-Tocsin-Alert-Id"] is None
    assert "Alerts may not climb" in mail.text


async def is_seen(pool: Pool) -> bool:
    return bool(await pool.fetchval("select exists (select from engine_sickness)"))


@asynccontextmanager
async def web_process(dsn: str, **settings: str) -> AsyncIterator[None]:
    ours: dict[str, Any] = {"TOCSIN_DATABASE_URL": dsn, "TOCSIN_LISTEN": f"127.0.0.1:{free_port()}", **settings}
    process = await create_subprocess_exec(
        sys.executable, "-m", "tocsin", "serve", "--no-engine", env=os.environ | ours, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        yield
    finally:
        await kill(process)
