"""Alerts that enter their steps together end up as each of them by itself would, and none depends on another."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import pytest
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool, open_pool
from tocsin.engine.batch.write import BatchWriter
from tocsin.store.policies.policies import Policy

COUNT = 12
ODD = 5

# What entering leaves behind, without what differs by chance: ids, and the order of moments.
LEFT = r"""
select
    state.step_number, state.loop_count, state.escalation_count, state.state, state.version,
    state.next_escalation - state.last_escalation as wait,
    array(
        select (cycles.user_id, cycles.escalation_count, cycles.next_tick is null)::text
        from notification_policy_cycles as cycles where cycles.alert_id = state.alert_id order by 1
    ) as cycles,
    array(
        select (pages.target_name, pages.destination_type, pages.status, pages.attempts,
            regexp_replace(pages.idempotency_key, '^\d+', 'alert'))::text
        from outgoing_messages as pages where pages.alert_id = state.alert_id order by 1
    ) as pages,
    array(
        select (logs.event, logs.reason, logs.meta - 'step_id', moves.step_number, moves.user_ids)::text
        from alert_logs as logs
        left join escalation_moves as moves on moves.alert_id = logs.alert_id and moves.log_id = logs.id
        where logs.alert_id = state.alert_id order by logs.id
    ) as timeline,
    (
        select count(*) from pgqueuer as job
        where job.entrypoint = 'alert' and job.payload = convert_to(state.alert_id::text, 'UTF8')
    ) as jobs
from escalation_policy_state as state
where state.alert_id = $1
"""
TRANSACTIONS = "select count(distinct xmin::text) from escalation_policy_state"
VERSIONS = "select alert_id, version from escalation_policy_state"


@pytest.fixture
async def policy(make: Factory) -> Policy:
    """Its step pages two people and a channel."""
    people = [await make.reachable_user(), await make.reachable_user()]
    return await make.policy(step(*people, await make.channel()))


@pytest.fixture
async def alerts(pool: Pool, make: Factory, policy: Policy) -> Sequence[int]:
    service = await make.service(policy)
    alerts = [await make.alert(service) for _ in range(COUNT)]
    await pool.execute("delete from pgqueuer")
    return alerts


def entry(alert_id: int, policy: Policy, **changed: object) -> Mapping[str, Any]:
    first = policy.steps[0]
    return {
        "alert_id": alert_id,
        "version": 0,
        "policy_id": str(policy.id),
        "step_id": str(first.id),
        "step_number": 0,
        "loop_count": 0,
        "delay": "5 min",
        "users": [{"id": str(target.id)} for target in first.targets if target.type == "user"],
        "channels": [str(target.id) for target in first.targets if target.type == "channel"],
        "entries": [
            {"event": "escalated", "reason": "new", "meta": {}},
            {"event": "page_skipped", "reason": "no_rules", "meta": {"user": "Ann"}},
        ],
        "claimed_by": "6fc43b8e-2f7f-4b0c-9d37-0c6a6b7d1b11",
        "claim": "30 s",
    } | changed


async def write(pool: Pool, entries: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    writer = BatchWriter(pool, "enter_step")
    return await asyncio.gather(*(writer.write(each) for each in entries), return_exceptions=True)


async def left(pool: Pool, alert_id: int) -> Sequence[object]:
    row = await pool.fetchrow(LEFT, alert_id)
    assert row is not None
    return tuple(row)


async def test_together_they_leave_what_each_leaves_by_itself(
    pool: Pool, alerts: Sequence[int], policy: Policy
) -> None:
    alone, *others = alerts
    pages = await pool.fetchval("select enter_step($1)", entry(alone, policy))
    assert [page["type"] for page in pages] == ["webhook"]
    came = await write(pool, [entry(alert_id, policy) for alert_id in others])
    assert [[page["type"] for page in pages] for pages in came] == [["webhook"]] * len(others)
    for alert_id in others:
        assert await left(pool, alert_id) == await left(pool, alone)
    assert await pool.fetchval("select count(*) from pgqueuer where entrypoint = 'claims'") == 1
    assert await pool.fetchval(TRANSACTIONS) == 2


async def test_one_that_has_moved_stays_as_it_is(pool: Pool, alerts: Sequence[int], policy: Policy) -> None:
    entries = [entry(alert_id, policy) for alert_id in alerts]
    entries[ODD] = entry(alerts[ODD], policy, version=7)
    came = await write(pool, entries)
    assert [number for number, pages in enumerate(came) if pages is None] == [ODD]
    versions = {row["alert_id"]: row["version"] for row in await pool.fetch(VERSIONS)}
    assert [versions[alert_id] for alert_id in alerts] == [0 if number == ODD else 1 for number in range(COUNT)]


async def test_one_alert_given_twice_moves_once(pool: Pool, alerts: Sequence[int], policy: Policy) -> None:
    first, *_ = alerts
    came = await write(pool, [entry(first, policy), entry(first, policy)])
    assert [pages is None for pages in came] == [False, True]
    assert await pool.fetchval("select count(*) from notification_policy_cycles") == 2


async def test_a_poisoned_one_holds_up_no_other(pool: Pool, alerts: Sequence[int], policy: Policy) -> None:
    entries = [entry(alert_id, policy) for alert_id in alerts]
    entries[ODD] = entry(alerts[ODD], policy, step_id="6fc43b8e-2f7f-4b0c-9d37-0c6a6b7d1b11")
    came = await write(pool, entries)
    assert isinstance(came[ODD], asyncpg.ForeignKeyViolationError)
    assert [len(pages) for number, pages in enumerate(came) if number != ODD] == [1] * (COUNT - 1)
    versions = {row["alert_id"]: row["version"] for row in await pool.fetch(VERSIONS)}
    assert [versions[alert_id] for alert_id in alerts] == [0 if number == ODD else 1 for number in range(COUNT)]


async def test_one_that_somebody_holds_holds_up_no_other(
    pool: Pool, alerts: Sequence[int], policy: Policy, database: str
) -> None:
    async with open_pool(database, size=1, application_name="holder") as other, other.acquire() as holder:
        held = holder.transaction()
        await held.start()
        await holder.execute("select from escalation_policy_state where alert_id = $1 for update", alerts[ODD])
        writer = BatchWriter(pool, "enter_step")
        running = [asyncio.create_task(writer.write(entry(alert_id, policy))) for alert_id in alerts]
        async with asyncio.timeout(10):
            await asyncio.gather(*running[:ODD], *running[ODD + 1 :])
        assert not running[ODD].done()
        await held.rollback()
        assert len(await running[ODD]) == 1
