"""What is kept for long enough is removed, and reports say the same afterwards."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.fixtures.database import TESTER
from tests.fixtures.engine import minutes
from tests.fixtures.factories import Factory
from tests.fixtures.plans import generic_plan, scans

from tocsin.db.pool import Pool
from tocsin.domain.report_hours import Stretch
from tocsin.store import audit
from tocsin.store.actor import acting
from tocsin.store.alerts import reports, retention
from tocsin.store.alerts.reports import Quantiles, Report
from tocsin.store.people.users import User
from tocsin.store.services import services
from tocsin.store.services.services import Service
from tocsin.testing.clock import Clock

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = Stretch(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("Europe/Berlin"))
KEPT = timedelta(days=400)
NOTHING_LEFT = {"alerts": 0, "alert_logs": 0, "outgoing_messages": 0, "notification_policy_cycles": 0}


async def history(make: Factory, service: Service, user: User, number: int, step: timedelta) -> None:
    """Alerts that were taken, paged twice, and closed, the one after the other."""
    await make.pool.execute(
        """
        with raised as (
            insert into alerts (service_id, summary, dedup_key, status, created_at, closed_at)
            select $1, 'disk is full', n::text, 'closed', at, at + interval '2 hours'
            from generate_series(1, $3::integer) as n
            cross join lateral (select $4::timestamptz + $5::interval * n as at) as moments
            returning id, created_at
        ),
        logged as (
            insert into alert_logs (alert_id, event, at)
            select id, event, created_at + interval '7 minutes'
            from raised, unnest(array['created', 'acknowledged', 'closed']) as event
        ),
        cycles as (
            insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count)
            select id, $2, 1, 0, 0 from raised
        )
        insert into outgoing_messages (
            idempotency_key, alert_id, user_id, target_name, destination_type, status, next_attempt, sent_at
        )
        select
            concat_ws('.', raised.id, n, who), raised.id, who, 'P', 'webhook', 'sent', null,
            created_at + n * interval '40 min'
        from raised, generate_series(0, 1) as n, unnest(array[$2, null]::uuid[]) as who
        where n = 0 or who is not null
        """,
        service.id,
        user.id,
        number,
        BEGIN,
        step,
    )


async def counts(pool: Pool) -> dict[str, int]:
    return {table: await pool.fetchval(f"select count(*) from {table}") for table in NOTHING_LEFT}


def without_times(report: Report) -> Report:
    """A report without what sums cannot tell."""
    unknown = {"to_acknowledge": Quantiles(), "to_close": Quantiles()}
    return replace(
        report,
        total=replace(report.total, **unknown),
        services=[replace(service, **unknown) for service in report.services],
    )


async def test_reports_say_the_same_of_alerts_that_are_removed(make: Factory, pool: Pool, clock: Clock) -> None:
    ann, ben = await make.user("Ann"), await make.user("Ben")
    shop, database = await make.service(name="Shop"), await make.service(name="Database")
    await history(make, shop, ann, 250, minutes(47))
    await history(make, database, ben, 60, minutes(300))
    before = await reports.report(pool, DAYS)
    assert (before.total.alerts, before.total.pages, before.total.night_alerts > 0) == (310, 930, True)
    assert before.total.to_close.median == 7200
    await clock.move_to(BEGIN + KEPT + timedelta(days=3))
    assert 50 < await retention.remove_old(pool, KEPT) < 200, "the oldest three days'"
    assert without_times(await reports.report(pool, DAYS)) == without_times(before)
    await clock.move_to(BEGIN + KEPT + timedelta(days=60))
    assert sum(await asyncio.gather(*(retention.remove_old(pool, KEPT) for _ in range(2)))) > 0
    await retention.remove_old(pool, KEPT)
    assert await counts(pool) == NOTHING_LEFT
    after = await reports.report(pool, DAYS)
    assert after == without_times(before)


async def test_open_alerts_and_young_ones_stay(make: Factory, pool: Pool, clock: Clock) -> None:
    service = await make.service()
    open_one, late, old = [await make.alert(service, name) for name in ("open", "late", "old")]
    await pool.execute("update alerts set created_at = $1", BEGIN)
    close = "update alerts set status = 'closed', closed_at = $2 where id = $1"
    await pool.execute(close, late, BEGIN + timedelta(days=10))
    await pool.execute(close, old, BEGIN + timedelta(days=1))
    await clock.move_to(BEGIN + KEPT + timedelta(days=5))
    assert await retention.remove_old(pool, KEPT) == 1
    assert [row["id"] for row in await pool.fetch("select id from alerts order by id")] == [open_one, late]


async def test_a_service_deleted_meanwhile_stands_in_nobodys_way(make: Factory, pool: Pool, clock: Clock) -> None:
    ann = await make.user("Ann")
    for number in range(4):
        await history(make, await make.service(name=f"Service {number}"), ann, 300, minutes(1))
    await clock.move_to(BEGIN + KEPT + timedelta(days=60))

    async def delete() -> None:
        for row in await pool.fetch("select id from services order by name"):
            async with acting(pool, TESTER) as connection:
                await services.lock(connection, row["id"])
                await services.delete(connection, row["id"])

    await asyncio.gather(delete(), *(retention.remove_old(pool, KEPT) for _ in range(3)))
    await retention.remove_old(pool, KEPT)
    assert await counts(pool) == NOTHING_LEFT


async def test_the_audit_log_is_kept_for_its_time(make: Factory, pool: Pool, clock: Clock) -> None:
    await clock.move_to(BEGIN)
    await make.user("Ann")
    await clock.move_to(BEGIN + timedelta(days=30))
    await make.user("Ben")
    await pool.execute("update audit_log set at = $1 where after ->> 'name' = 'Ann'", BEGIN)
    await clock.move_to(BEGIN + timedelta(days=740))
    before = await pool.fetchval("select count(*) from audit_log")
    assert await audit.remove_old(pool, timedelta(days=730)) == 1
    assert await pool.fetchval("select count(*) from audit_log") == before - 1
    assert await audit.remove_old(pool, timedelta(days=730)) == 0


async def test_flaps_are_forgotten_after_their_services_time(make: Factory, pool: Pool, clock: Clock) -> None:
    service = await make.service()
    flap = "insert into alert_flaps (service_id, dedup_key, closes) values ($1, $2, array[now()])"
    await pool.execute(flap, service.id, "old")
    await clock.advance(minutes(8))
    await pool.execute(flap, service.id, "new")
    await clock.advance(minutes(5))
    await retention.remove_old_flaps(pool)
    assert await pool.fetchval("select string_agg(dedup_key, ' ') from alert_flaps") == "new"


async def test_old_alerts_are_found_by_an_index(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("set enable_seqscan = off")
        plan = await generic_plan(connection, retention.OLD)
    assert list(scans(plan)) == []
    assert "alerts_created_at_idx" in str(plan)
