"""Closes by a source that come at the same moment as others and as reports."""

import asyncio
from datetime import timedelta

from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory

from tocsin.store.actor import acting
from tocsin.store.alerts import flapping, new_alert
from tocsin.store.alerts.actions import ActionOutcome
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services import services
from tocsin.store.services.services import Service

NEW = NewAlert(summary="disk is full", dedup_key="disk")


async def flapping_service(make: Factory, count: int) -> Service:
    service = await make.service()
    await make.pool.execute("update services set flap_count = $1, flap_within = $2", count, timedelta(minutes=10))
    return await services.get(make.pool, service.id)


async def report(make: Factory, service: Service) -> int:
    return (await new_alert.raise_alert(make.pool, service.id, NEW, TESTER)).alert_id


async def close(make: Factory, alert_id: int) -> ActionOutcome:
    async with acting(make.pool, TESTER) as connection:
        return (await flapping.close_by_source(connection, alert_id, TESTER)).reason


async def test_closes_at_the_same_moment_are_one(make: Factory) -> None:
    service = await flapping_service(make, 5)
    alert_id = await report(make, service)
    outcomes = await asyncio.gather(*(close(make, alert_id) for _ in range(6)))
    assert sorted(outcomes) == [*[ActionOutcome.ALREADY_CLOSED] * 5, ActionOutcome.CLOSED]
    assert await make.pool.fetchval("select cardinality(closes) from alert_flaps") == 1


async def test_reports_and_closes_at_once_leave_at_most_one_open_alert(make: Factory) -> None:
    service = await flapping_service(make, 4)

    async def one_round() -> None:
        await close(make, await report(make, service))

    for _ in range(8):
        await asyncio.gather(one_round(), one_round())
    rows = await make.pool.fetch("select status, count from alerts order by id")
    assert [row["status"] for row in rows].count("closed") == 3
    assert [row["status"] for row in rows][-1] == "triggered"
    assert sum(row["count"] for row in rows) == 16
    held = await make.pool.fetchval("select count(*) from alert_logs where event = 'close_put_off'")
    assert held > 0
    assert await make.pool.fetchval("select cardinality(closes) from alert_flaps") == 4


async def test_without_the_setting_nothing_is_counted(make: Factory) -> None:
    service = await make.service()
    for _ in range(3):
        assert await close(make, await report(make, service)) is ActionOutcome.CLOSED
    assert await make.pool.fetchval("select count(*) from alert_flaps") == 0
