"""Actions on alerts as the store does them: what is refused, and what happens when two come at once."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.factories import Factory, step

from tocsin.domain.escalation.by_hand import Seen
from tocsin.errors import Conflict
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.store.alerts.actions import ActionOutcome, ActionResult
from tocsin.testing.clock import Clock


async def do(make: Factory, action: str, alert_id: int, seen: Seen | None = None) -> ActionResult | Conflict:
    async with acting(make.pool, TESTER) as connection:
        try:
            match action:
                case "acknowledge":
                    return await actions.acknowledge(connection, alert_id, TESTER)
                case "close":
                    return await actions.close(connection, alert_id, TESTER)
                case _:
                    return await actions.escalate(connection, alert_id, TESTER, seen)
        except Conflict as error:
            return error


@pytest.mark.parametrize("attempt", range(5))
async def test_acknowledge_and_escalate_at_once_have_one_defined_outcome(make: Factory, attempt: int) -> None:
    """Whoever comes second finds that the alert has moved on, or moves it on from what the first left."""
    alert_id = await make.alert(await make.service(await make.policy(step(await make.user()))))
    version = await make.pool.fetchval("select version from escalation_policy_state")
    acknowledged, escalated = await asyncio.gather(
        do(make, "acknowledge", alert_id), do(make, "escalate", alert_id, Seen(version=version))
    )
    row = await make.pool.fetchrow(
        "select status, state, force_escalation, next_escalation is not null as moves"
        " from alerts join escalation_policy_state on alert_id = alerts.id"
    )
    assert row is not None
    assert isinstance(acknowledged, ActionResult)
    if isinstance(escalated, Conflict):
        assert "moved on: it is acknowledged now" in str(escalated)
    assert dict(row) == {"status": "acknowledged", "state": "acknowledged", "force_escalation": False, "moves": False}


async def test_an_acknowledgement_after_an_escalation_stops_it_again(make: Factory) -> None:
    alert_id = await make.alert(await make.service(await make.policy(step(await make.user()))))
    await do(make, "escalate", alert_id)
    await do(make, "acknowledge", alert_id)
    row = await make.pool.fetchrow("select state, force_escalation, next_escalation from escalation_policy_state")
    assert row is not None
    assert dict(row) == {"state": "acknowledged", "force_escalation": False, "next_escalation": None}


async def leased(make: Factory, timeout: timedelta | None) -> int:
    """The number of an alert whose service's acknowledgements hold for so long."""
    service = await make.service()
    await make.pool.execute("update services set ack_timeout = $1", timeout)
    return await make.alert(service)


async def until(make: Factory) -> datetime | None:
    end: datetime | None = await make.pool.fetchval("select acknowledged_until from alerts")
    return end


async def test_an_acknowledgement_holds_for_the_services_time_and_is_renewed(make: Factory, clock: Clock) -> None:
    alert_id = await leased(make, timedelta(minutes=30))
    start = await clock.now()
    await do(make, "acknowledge", alert_id)
    assert await until(make) == start + timedelta(minutes=30)
    await clock.advance(timedelta(minutes=10))
    assert await do(make, "acknowledge", alert_id) == ActionResult(alert_id, ActionOutcome.RENEWED)
    assert await until(make) == start + timedelta(minutes=40)
    assert await make.pool.fetchval("select next_escalation from escalation_policy_state") == await until(make)
    told = await make.pool.fetch("select meta ->> 'until' as until from alert_logs order by id")
    assert [datetime.fromisoformat(row["until"]) - start for row in told] == [timedelta(minutes=m) for m in (30, 40)]


async def test_acknowledging_again_does_not_shorten_a_snooze(make: Factory, clock: Clock) -> None:
    alert_id = await leased(make, timedelta(minutes=30))
    tomorrow = await clock.now() + timedelta(days=1)
    async with acting(make.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, tomorrow)
    await do(make, "acknowledge", alert_id)
    assert await until(make) == tomorrow


async def test_acknowledging_for_good_ends_a_snooze(make: Factory, clock: Clock) -> None:
    alert_id = await leased(make, None)
    async with acting(make.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, timedelta(hours=1))
    assert await until(make) == await clock.now() + timedelta(hours=1)
    assert await do(make, "acknowledge", alert_id) == ActionResult(alert_id, ActionOutcome.ALREADY_ACKNOWLEDGED)
    assert await until(make) is None
    assert await make.pool.fetchval("select next_escalation from escalation_policy_state") is None


async def test_escalating_ends_the_time_of_an_acknowledgement(make: Factory) -> None:
    alert_id = await make.alert(await make.service(await make.policy(step(await make.user()))))
    async with acting(make.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, timedelta(hours=1))
    await do(make, "escalate", alert_id)
    assert await until(make) is None


async def test_many_who_close_at_once_close_once(make: Factory) -> None:
    alert_id = await make.alert(await make.service())
    handled = await asyncio.gather(*(do(make, "close", alert_id) for _ in range(5)))
    reasons = [one.reason for one in handled if isinstance(one, ActionResult)]
    assert sorted(reasons) == sorted([ActionOutcome.CLOSED, *[ActionOutcome.ALREADY_CLOSED] * 4])
    assert await make.pool.fetchval("select count(*) from alert_logs where event = 'closed'") == 1


async def test_a_service_has_one_open_alert_of_a_key_whoever_writes(make: Factory) -> None:
    service = await make.service()
    insert = "insert into alerts (service_id, summary, dedup_key, status) values ($1, 's', 'k', $2)"
    for status in ("closed", "closed", "triggered"):
        await make.pool.execute(insert, service.id, status)
    with pytest.raises(asyncpg.UniqueViolationError):
        await make.pool.execute(insert, service.id, "acknowledged")
