"""The dead man's switch is asked while pages go out, and at no other time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.faults.processes import engine_process
from tests.fixtures.engine import eventually
from tests.fixtures.factories import Factory, step

from tocsin.channels.kit.http_client import http_client
from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.db.pool import Pool
from tocsin.engine.loop import Periodic
from tocsin.testing.clock import Clock
from tocsin.watch.deadman import Deadman


async def an_engine_lives(pool: Pool) -> None:
    """A sign of life, as an engine would give it."""
    await pool.execute("delete from engine_instances")
    await pool.execute(
        "insert into engine_instances (id, host, pid, version, lateness) values (gen_random_uuid(), 'h', 1, '0', '{}')"
    )


@pytest.fixture
async def deadman(pool: Pool, clock: Clock, phone: WebhookReceiver) -> AsyncIterator[Deadman]:
    """A switch that leads to the phone, on a database where all is well and no engine interferes."""
    await an_engine_lives(pool)
    async with http_client() as client:
        yield Deadman(pool, client, f"{phone.url}?key=s3cret")


@pytest.fixture
async def alert(make: Factory) -> int:
    return await make.alert(await make.service(await make.policy(step(await make.reachable_user()))))


async def test_in_health_the_address_is_asked(deadman: Deadman, phone: WebhookReceiver, alert: int) -> None:
    assert await deadman.ping() == "sent"
    [request] = await phone.wait_for(1)
    assert (request.method, request.target) == ("GET", "/page?key=s3cret")


async def test_it_is_not_asked_while_something_is_overdue_and_again_afterwards(
    deadman: Deadman, pool: Pool, phone: WebhookReceiver, alert: int
) -> None:
    async with going_on(deadman):
        await phone.wait_for(3)
        await pool.execute("delete from pgqueuer where entrypoint = 'alert'")
        await eventually(lambda: is_silent(phone))
        await pool.execute("select engine_enqueue('alert', $1, now())", str(alert))
        await phone.wait_for(len(phone.requests) + 2)


@asynccontextmanager
async def going_on(deadman: Deadman) -> AsyncIterator[None]:
    stop = asyncio.Event()
    loop = asyncio.create_task(Periodic("deadman", timedelta(milliseconds=20), deadman.ping).run(stop))
    try:
        yield
    finally:
        stop.set()
        await loop


async def is_silent(phone: WebhookReceiver) -> bool:
    before = len(phone.requests)
    await asyncio.sleep(0.3)
    return len(phone.requests) == before


async def test_it_is_not_asked_when_no_engine_lives(deadman: Deadman, pool: Pool, clock: Clock) -> None:
    await clock.advance(timedelta(seconds=20))
    assert await deadman.ping() == "withheld"
    await an_engine_lives(pool)
    assert await deadman.ping() == "sent"


async def test_it_is_not_asked_when_due_jobs_stay_where_they_are(
    deadman: Deadman, pool: Pool, clock: Clock, alert: int
) -> None:
    await pool.execute("delete from pgqueuer where entrypoint <> 'alert'")
    await clock.advance(timedelta(seconds=20))
    await an_engine_lives(pool)
    assert await deadman.ping() == "withheld"
    await pool.execute("update pgqueuer set status = 'picked'")
    assert await deadman.ping() == "sent"


async def test_it_is_not_asked_when_every_page_fails(deadman: Deadman, pool: Pool, alert: int) -> None:
    await pool.execute(
        "insert into outgoing_messages (idempotency_key, alert_id, target_name, destination_type)"
        " values ('a', $1, 'Ann', 'webhook')",
        alert,
    )
    for attempt in (1, 2):
        await pool.execute("update outgoing_messages set attempts = $1, reason = 'no answer'", attempt)
    assert await deadman.ping() == "sent"
    await pool.execute("update outgoing_messages set attempts = 3")
    assert await deadman.ping() == "withheld"
    await pool.execute("update outgoing_messages set status = 'sent', sent_at = now(), next_attempt = null")
    assert await deadman.ping() == "sent"


async def test_it_is_not_asked_under_another_schema(deadman: Deadman, pool: Pool) -> None:
    await pool.execute("delete from schema_migrations")
    assert await deadman.ping() == "withheld"


async def test_what_stands_against_it_is_logged_once(deadman: Deadman, pool: Pool, alert: int) -> None:
    await pool.execute("delete from pgqueuer where entrypoint = 'alert'")
    with capture_logs() as logged:
        assert [await deadman.ping() for _ in range(3)] == ["withheld"] * 3
    [line] = logged
    assert line["because"] == ["1 object without a job in time"]


async def test_a_failure_is_logged_once_and_without_the_secret(deadman: Deadman, phone: WebhookReceiver) -> None:
    phone.script(500, 404)
    with capture_logs() as logged:
        outcomes = [await deadman.ping() for _ in range(4)]
    assert outcomes == ["failed", "failed", "sent", "sent"]
    [line] = logged
    assert line["event"] == "deadman_ping_failed"
    assert line["error"].endswith("answered 500")
    assert "s3cret" not in str(logged)


async def test_an_engine_process_asks(
    database: str, pool: Pool, phone: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_DEADMAN_URL", phone.url)
    monkeypatch.setenv("TOCSIN_DEADMAN_INTERVAL_SECONDS", "1")
    async with engine_process(database, pool):
        await phone.wait_for(2)
