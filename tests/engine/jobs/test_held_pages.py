"""A page that a maintenance holds goes out as soon as nothing holds it, whatever happens at that moment (M1, M3)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest
from tests.fixtures.factories import Factory

from tocsin.channels.page import Actions
from tocsin.db.pool import Pool
from tocsin.engine.healing import reconcile
from tocsin.engine.jobs import page, service
from tocsin.engine.jobs.page import PageDeps
from tocsin.engine.jobs.page_delivery import Outbox
from tocsin.engine.life import Life
from tocsin.testing.clock import Clock

SIX_HOURS = timedelta(hours=6)
CLEARED = "update services set maintenance_expires_at = null"
LET_PASS = "update services set maintenance_exceptions = '{disk*}'"
OTHERS_PASS = "update services set maintenance_exceptions = '{fire*}'"
SHORTENED = "update services set maintenance_expires_at = now() + interval '1 hour'"
PAGE = """
insert into outgoing_messages (idempotency_key, alert_id, channel_id, target_name, destination_type)
select 'page', $1, channels.id, channels.name, channels.type from channels
returning id::text
"""

Happen = Callable[[], Awaitable[object]]


class Interrupted:
    """A pool on which something happens just before the first statement that writes."""

    def __init__(self, pool: Pool, happen: Happen) -> None:
        self._pool, self._happen = pool, [happen]

    async def fetch(self, *arguments: Any) -> Sequence[asyncpg.Record]:
        return await self._pool.fetch(*arguments)

    async def execute(self, *arguments: Any) -> str:
        if self._happen:
            await self._happen.pop()()
        return await self._pool.execute(*arguments)


@pytest.fixture
async def page_id(pool: Pool, make: Factory, clock: Clock) -> str:
    """A page of a service that is in maintenance for six hours."""
    await make.channel()
    alert_id = await make.alert(await make.service(await make.policy()))
    await pool.execute("update services set maintenance_expires_at = now() + $1::interval", SIX_HOURS)
    held: str = await pool.fetchval(PAGE, alert_id)
    return held


async def run_page(pool: Pool, page_id: str) -> None:
    outbox = Outbox({}, lambda *_: Actions("", "", ""), "")
    await page.kind(PageDeps(pool, outbox, Life())).run(page_id)


async def changed(pool: Pool, change: str) -> None:
    """The change, and the job that it wakes."""
    await pool.execute(change)
    await service.kind(pool).run(await pool.fetchval("select id::text from services"))


async def waits(pool: Pool) -> timedelta:
    """For how long the page is put off."""
    row = await pool.fetchrow("select reason, next_attempt - now() as wait from outgoing_messages")
    assert row is not None
    assert row["reason"] == "in_maintenance"
    wait: timedelta = row["wait"]
    return wait


@pytest.mark.parametrize("change", [CLEARED, LET_PASS, SHORTENED])
async def test_it_asks_again_once_what_held_it_has_changed(pool: Pool, page_id: str, change: str) -> None:
    await run_page(pool, page_id)
    assert await waits(pool) == SIX_HOURS
    await changed(pool, change)
    assert await waits(pool) == timedelta()


@pytest.mark.parametrize("change", [CLEARED, LET_PASS, SHORTENED])
async def test_it_asks_again_when_that_changes_while_it_is_put_off(pool: Pool, page_id: str, change: str) -> None:
    await run_page(cast("Pool", Interrupted(pool, lambda: changed(pool, change))), page_id)
    assert await waits(pool) == timedelta()


async def test_it_is_put_off_once_and_then_left_alone_while_it_is_held(pool: Pool, page_id: str) -> None:
    await changed(pool, OTHERS_PASS)
    await run_page(pool, page_id)
    assert await waits(pool) == SIX_HOURS
    await changed(pool, "update services set maintenance_exceptions = '{}'")
    await changed(pool, "select")
    assert await waits(pool) == SIX_HOURS


async def put_off(pool: Pool) -> list[str]:
    """What the reconciler finds wrong with pages."""
    return [drift.reason for drift in await reconcile._suspects(pool, {}, "page", ())]


async def test_the_reconciler_finds_one_that_no_maintenance_holds_any_longer(pool: Pool, page_id: str) -> None:
    await run_page(pool, page_id)
    assert await put_off(pool) == []
    for change in (SHORTENED, CLEARED):
        await pool.execute(change)
        assert await put_off(pool) == ["page_put_off"]


async def test_the_reconciler_leaves_it_to_the_services_job_when_a_window_has_just_begun(
    pool: Pool, page_id: str
) -> None:
    await pool.execute(CLEARED)
    await pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at)"
        " select id, now() + interval '1 minute', now() + interval '361 minutes' from services"
    )
    await changed(pool, "select")
    await pool.execute("update tocsin_clock.clock set frozen_at = frozen_at + interval '1 minute'")
    await run_page(pool, page_id)
    assert await waits(pool) == SIX_HOURS
    assert await put_off(pool) == []
