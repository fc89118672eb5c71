"""A sender that raises what it should not, or that takes the engine down with it, ends as a page that has failed."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.fixtures.factories import Factory

from tocsin.channels.page import Actions, Destination, Page, Receipt, Sender
from tocsin.db.pool import Pool
from tocsin.engine.healing import reconcile
from tocsin.engine.jobs import page
from tocsin.engine.jobs.page import MOST_ATTEMPTS, PageDeps
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.life import Life
from tocsin.errors import DeliveryFailed
from tocsin.testing.clock import Clock

SECRET = "ntfy://user:secret@ntfy.example"
PAGE = """
insert into outgoing_messages (idempotency_key, alert_id, channel_id, target_name, destination_type)
select 'page', $1, channels.id, channels.name, channels.type from channels
returning id::text
"""
STATES = "select concat_ws(' ', status, reason) as state from outgoing_message_events order by id"


class Broken:
    """A sender with a fault."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise LookupError(SECRET)


class Killed(BaseException):
    """The engine ends here."""


class Deadly:
    """A sender with which the engine ends."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise Killed


@pytest.fixture
async def page_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """A page that is due."""
    await make.channel()
    waiting: str = await pool.fetchval(PAGE, await make.alert(await make.service(await make.policy())))
    await pool.execute("update escalation_policy_state set next_escalation = null")  # or the alert moves first
    return waiting


async def run(pool: Pool, page_id: str, sender: Sender) -> str:
    outbox = Outbox({"webhook": sender}, lambda *_: Actions("", "", ""), "")
    life = Life()
    await life.sign(pool)
    return (await page.kind(PageDeps(pool, outbox, life)).run(page_id)).reason


async def states(pool: Pool) -> Sequence[str]:
    return [row["state"] for row in await pool.fetch(STATES)]


async def test_a_fault_of_a_sender_is_an_attempt_that_failed(pool: Pool, page_id: str, clock: Clock) -> None:
    with capture_logs() as logs:
        for _ in range(MOST_ATTEMPTS):
            await run(pool, page_id, Broken())
            await clock.advance(timedelta(minutes=1))
    told = await states(pool)
    assert told[:3] == ["pending", "sending", "pending LookupError"]
    assert told[-1] == f"failed given up after {MOST_ATTEMPTS} attempts: LookupError"
    assert await run(pool, page_id, Broken()) == "gone"
    assert [log["event"] for log in logs] == ["sender_failed"] * MOST_ATTEMPTS
    assert __file__ in logs[0]["at"][-1]
    assert SECRET not in str(logs)


async def test_a_page_that_ends_every_engine_is_given_up(pool: Pool, page_id: str, clock: Clock) -> None:
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            await run(pool, page_id, Deadly())
        await clock.advance(timedelta(minutes=1))
    assert await run(pool, page_id, Deadly()) == "failed"
    assert (await states(pool))[-1] == f"failed given up after {MOST_ATTEMPTS} attempts"


class Asking:
    """A sender whose other side asks for an hour without it, the first time."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise DeliveryFailed("busy", retry_after=timedelta(hours=1))


async def test_a_page_waits_for_as_long_as_the_other_side_asks(pool: Pool, page_id: str) -> None:
    assert await run(pool, page_id, Asking()) == "not_delivered"
    assert await pool.fetchval("select next_attempt - updated_at from outgoing_messages") == timedelta(hours=1)
    assert await run(pool, page_id, Asking()) == "not_due"
    assert await reconcile._suspects(pool, {}, "page", ()) == []


class Excessive:
    """A sender whose other side asks for a day without it."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise DeliveryFailed("busy", retry_after=timedelta(days=1))


async def test_a_page_waits_for_an_hour_at_most(pool: Pool, page_id: str) -> None:
    assert await run(pool, page_id, Excessive()) == "not_delivered"
    assert await pool.fetchval("select next_attempt - updated_at from outgoing_messages") == timedelta(hours=1)
    await pool.execute("update outgoing_messages set next_attempt = next_attempt + interval '1 day'")
    assert [drift.reason for drift in await reconcile._suspects(pool, {}, "page", ())] == ["page_put_off"]
