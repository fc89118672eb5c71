"""The maintenance that a list of services tells is the one that runs, whatever an engine has seen of it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.store.actor import acting
from tocsin.store.services import maintenance_windows, service_list
from tocsin.store.services.maintenance_windows import MaintenanceWindowSpec
from tocsin.store.services.service_list import ServiceFilter
from tocsin.store.services.services import Service

HOUR = timedelta(hours=1)


@pytest.fixture
async def now(pool: Pool) -> datetime:
    found: datetime = await pool.fetchval("select date_trunc('minute', now())")
    return found


async def plan(pool: Pool, service: Service, start_at: datetime, *, weekly: bool = False) -> UUID:
    async with acting(pool, TESTER) as connection:
        spec = MaintenanceWindowSpec(start_at, start_at + 2 * HOUR, weekly, "UTC")
        return (await maintenance_windows.create(connection, service.id, spec)).id


async def seen_by_an_engine(pool: Pool, service: Service, ends_at: datetime) -> None:
    await pool.execute("insert into service_state (service_id, window_ends_at) values ($1, $2)", service.id, ends_at)


async def told(pool: Pool, *, only_held: bool = False) -> dict[str, datetime | None]:
    found = await service_list.page(pool, ServiceFilter(in_maintenance=only_held), None, 10)
    assert list(found.items) == [await service_list.get(pool, one.id) for one in found.items]
    return {one.name: one.maintenance_until for one in found.items}


async def test_what_no_engine_has_seen_begin_or_end(pool: Pool, make: Factory, now: datetime) -> None:
    begun, weekly, deleted, over, ahead = [await make.service(name=name) for name in "abcde"]
    await plan(pool, begun, now - HOUR)
    await plan(pool, weekly, now - timedelta(weeks=30) - HOUR / 2, weekly=True)
    gone = await plan(pool, deleted, now - HOUR)
    await seen_by_an_engine(pool, deleted, now + HOUR)
    async with acting(pool, TESTER) as connection:
        await maintenance_windows.delete(connection, deleted.id, gone)
    past = "insert into maintenance_windows (service_id, start_at, end_at) values ($1, $2, $3)"
    await pool.execute(past, over.id, now - 3 * HOUR, now - HOUR)
    await plan(pool, ahead, now + HOUR)
    await plan(pool, ahead, now - timedelta(weeks=1) + HOUR, weekly=True)

    held = await told(pool, only_held=True)
    assert held["a"] == now + HOUR
    assert set(held) == {"a", "b"}
    assert await told(pool) == held | {"c": None, "d": None, "e": None}


async def test_of_a_window_that_cannot_be_read_what_the_engine_stored_counts(
    pool: Pool, make: Factory, now: datetime
) -> None:
    service = await make.service(name="a")
    await plan(pool, service, now - HOUR)
    await pool.execute("update maintenance_windows set time_zone = 'Nowhere/Land'")
    await seen_by_an_engine(pool, service, now + HOUR / 2)
    assert await told(pool, only_held=True) == await told(pool) == {"a": now + HOUR / 2}


async def test_the_longer_of_two_maintenances_is_told_and_one_by_hand_that_is_over_is_not(
    pool: Pool, make: Factory, now: datetime
) -> None:
    both, over = await make.service(name="a"), await make.service(name="b")
    await plan(pool, both, now - HOUR)
    by_hand = "update services set maintenance_expires_at = $2 where id = $1"
    await pool.execute(by_hand, both.id, now + 3 * HOUR)
    await pool.execute(by_hand, over.id, now - HOUR)
    assert await told(pool, only_held=True) == {"a": now + 3 * HOUR}
    assert await told(pool) == {"a": now + 3 * HOUR, "b": None}
