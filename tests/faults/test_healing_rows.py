"""Rows of the engine's that are lost or changed by SQL are put right while it runs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import rule, step

from tocsin.engine.healing import reconcile
from tocsin.engine.healing.full_check import full_check
from tocsin.engine.healing.reconcile import KINDS_OF_A_ROUND, Reconciler
from tocsin.engine.healing.sweep import Sweep
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.store.alerts.new_alert import NewAlert, raise_alert


@pytest.fixture(autouse=True)
def second_look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All has come to rest before anything is damaged."""
    monkeypatch.setattr(reconcile, "SECOND_LOOK_AFTER", timedelta(0))


async def heals(story: Story, holds: Callable[[], Awaitable[object]]) -> None:
    """After a sweep and a round of the reconciler it holds, and the full check finds nothing more."""
    await Sweep(story.pool).run_once()
    await settled(story.pool)
    reconciler = Reconciler(story.pool, timedelta(minutes=10))
    for _ in KINDS_OF_A_ROUND:
        await reconciler.run_once()
        await settled(story.pool)
    assert await holds()
    assert await full_check(story.pool) == []


async def reasons(story: Story, kind: str) -> set[str]:
    """Why objects of a kind were repaired."""
    rows = await story.pool.fetch("select distinct reason from engine_repairs where kind = $1", kind)
    return {row["reason"] for row in rows}


async def disabled(story: Story, *statements: str) -> None:
    """Run statements that no trigger sees, as a restore or a bulk load may."""
    async with story.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)


async def test_a_rotations_state_is_made_anew(story: Story) -> None:
    rotation = await story.make.rotation(await story.user("Ann"))
    await settled(story.pool)
    await disabled(story, "delete from rotation_state")
    await heals(
        story, lambda: story.pool.fetchval("select true from rotation_state where rotation_id = $1", rotation.id)
    )
    assert await reasons(story, "rotation") == {"no_state"}


async def test_a_schedules_state_is_made_anew(story: Story) -> None:
    await story.make.schedule(rule(await story.user("Ann")))
    await settled(story.pool)
    await disabled(story, "delete from schedule_state")
    await heals(story, lambda: story.pool.fetchval("select true from schedule_state"))
    assert await reasons(story, "schedule") == {"no_state"}


async def test_a_services_state_is_made_anew(story: Story) -> None:
    service = await story.make.service()
    async with acting(story.pool, TESTER) as connection:
        await connection.execute(
            "insert into maintenance_windows (service_id, start_at, end_at)"
            " values ($1, now() + interval '1 day', now() + interval '2 days')",
            service.id,
        )
    await settled(story.pool)
    await disabled(story, "delete from service_state")
    await heals(story, lambda: story.pool.fetchval("select true from service_state"))
    assert await reasons(story, "service") == {"no_state"}


STANDING = """
select
    escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count, escalation_count, state,
    last_escalation, next_escalation
from escalation_policy_state
"""


async def climbing(story: Story, repeat: int = 1) -> int:
    """An alert on a policy of two steps, which has paged Ann."""
    policy = await story.make.policy(step(await story.user("Ann")), step(await story.user("Ben")), repeat=repeat)
    alert_id = await story.alert(await story.make.service(policy))
    assert story.paged() == ["Ann"]
    return alert_id


async def loses_its_row(story: Story, alert_id: int) -> None:
    """It stands as before afterwards, and nobody has been paged for it."""
    before = await story.pool.fetchrow(STANDING)
    await disabled(story, "delete from escalation_policy_state", f"select engine_enqueue('alert', '{alert_id}', now())")
    await heals(story, lambda: story.standing(alert_id))
    assert await story.pool.fetchrow(STANDING) == before
    assert story.paged() == []


async def test_an_open_alert_without_its_row_goes_on_where_its_timeline_says(story: Story) -> None:
    alert_id = await climbing(story)
    for paged in ("Ben", "Ann"):
        await story.passes(5)
        assert story.paged() == [paged]
    await loses_its_row(story, alert_id)
    ended = await story.pool.fetchval("select count(*) from notification_policy_cycles where end_reason = 'closed'")
    assert ended == 0, "a job that finds no row does not take the alert for closed"
    await story.passes(5)
    assert story.paged() == ["Ben"]
    await story.passes(60)
    assert story.paged() == [], "it is the second of two rounds"


async def test_an_exhausted_alert_without_its_row_stays_exhausted(story: Story) -> None:
    alert_id = await climbing(story, repeat=0)
    for paged in (["Ben"], []):
        await story.passes(5)
        assert story.paged() == paged
    await loses_its_row(story, alert_id)


async def test_an_alert_without_its_row_stays_on_its_catch_all(story: Story) -> None:
    ben = await story.user("Ben")
    catch_all = await story.make.policy(step(ben), step(ben))
    policy = await story.make.policy(step(await story.user("Ann")), catch_all=catch_all)
    alert_id = await story.alert(await story.make.service(policy))
    await story.passes(5)
    assert story.paged() == ["Ann", "Ben"]
    await loses_its_row(story, alert_id)


async def test_an_alert_without_its_row_whose_step_is_gone_begins_anew(story: Story) -> None:
    alert_id = await climbing(story)
    await disabled(
        story, "delete from escalation_policy_state", "delete from escalation_policy_steps where step_number = 0"
    )
    await disabled(story, "update escalation_policy_steps set step_number = 0")
    await heals(story, lambda: story.standing(alert_id))
    assert story.paged() == ["Ben"]


async def test_an_acknowledged_alert_without_its_row_stays_acknowledged(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("Ann"))))
    alert_id = await story.alert(service)
    await story.acknowledge(alert_id)
    await disabled(story, "delete from escalation_policy_state")
    await heals(story, lambda: story.standing(alert_id))
    standing = await story.standing(alert_id)
    assert standing is not None
    assert standing["state"] == "acknowledged"


async def test_a_lost_cycle_goes_on_and_repeats_no_page(story: Story) -> None:
    ann = await story.user("Ann", 0, 3)
    await story.alert(await story.make.service(await story.make.policy(step(ann))))
    assert story.paged() == ["Ann"]
    await disabled(story, "update outgoing_messages set cycle_id = null", "delete from notification_policy_cycles")
    await heals(story, lambda: story.pool.fetchval("select true from notification_policy_cycles"))
    assert story.paged() == []
    await story.passes(3)
    assert story.paged() == ["Ann"]


@pytest.mark.parametrize("put_off", ["next_escalation + interval '10 days'", "null"])
async def test_a_next_escalation_moved_by_sql_comes_in_its_time(story: Story, put_off: str) -> None:
    policy = await story.make.policy(step(await story.user("Ann")), step(await story.user("Ben")))
    alert_id = await story.alert(await story.make.service(policy))
    before = await story.standing(alert_id)
    assert before is not None
    await disabled(story, f"update escalation_policy_state set next_escalation = {put_off}")

    async def is_back() -> bool:
        standing = await story.standing(alert_id)
        return standing is not None and standing["next_escalation"] == before["next_escalation"]

    await heals(story, is_back)
    assert await reasons(story, "alert") == {"due_too_late"}
    assert before["next_escalation"] == await story.pool.fetchval("select due from engine_repairs")
    story.paged()
    await story.passes(5)
    assert story.paged() == ["Ben"]


async def test_an_alert_made_exhausted_by_sql_goes_on_in_its_time(story: Story) -> None:
    policy = await story.make.policy(step(await story.user("Ann")), step(await story.user("Ben")))
    alert_id = await story.alert(await story.make.service(policy))
    before = await story.standing(alert_id)
    assert before is not None
    await disabled(story, "update escalation_policy_state set state = 'exhausted', next_escalation = null")

    async def goes_on() -> bool:
        standing = await story.standing(alert_id)
        return standing is not None and standing["next_escalation"] == before["next_escalation"]

    await heals(story, goes_on)
    assert await reasons(story, "alert") == {"not_exhausted"}
    story.paged()
    await story.passes(5)
    assert story.paged() == ["Ben"]


async def test_a_shorter_delay_counts_from_the_next_escalation_and_is_no_finding(story: Story) -> None:
    policy = await story.make.policy(step(await story.user("Ann"), delay=minutes(30)))
    alert_id = await story.alert(await story.make.service(policy))
    before = await story.standing(alert_id)
    await story.pool.execute("update escalation_policy_steps set delay = interval '5 minutes'")
    await settled(story.pool)
    assert await full_check(story.pool) == []
    assert await story.standing(alert_id) == before


async def test_a_cycle_moved_by_sql_comes_in_its_time(story: Story) -> None:
    ann = await story.user("Ann", 0, 3)
    await story.alert(await story.make.service(await story.make.policy(step(ann))))
    assert story.paged() == ["Ann"]
    await disabled(story, "update notification_policy_cycles set next_tick = null")
    await heals(
        story, lambda: story.pool.fetchval("select true from notification_policy_cycles where next_tick is not null")
    )
    await story.passes(3)
    assert story.paged() == ["Ann"]


async def test_a_page_put_off_by_sql_goes_out(story: Story) -> None:
    await story.alert(await story.make.service(await story.make.policy(step(await story.user("Ann")))))
    assert story.paged() == ["Ann"]
    await disabled(
        story,
        "update outgoing_messages set status = 'pending', next_attempt = now() + interval '1 year'",
    )

    async def is_sent() -> bool:
        return story.paged() == ["Ann"]

    await heals(story, is_sent)


@pytest.mark.parametrize("falsified", ["schedule_on_call_users", "ep_step_on_call_users"])
async def test_on_call_rows_falsified_by_sql_are_made_true(story: Story, falsified: str) -> None:
    ann, ben = await story.user("Ann"), await story.user("Ben")
    schedule = await story.make.schedule(rule(ann))
    await story.make.policy(step(schedule))
    await settled(story.pool)
    await disabled(story, f"update {falsified} set user_id = '{ben.id}' where end_time is null")

    async def names_ann() -> bool:
        rows = await story.pool.fetch(f"select user_id from {falsified} where end_time is null")
        return [row["user_id"] for row in rows] == [ann.id]

    await heals(story, names_ann)


async def test_deleted_on_call_rows_come_back(story: Story) -> None:
    await story.make.policy(step(await story.user("Ann")))
    await settled(story.pool)
    await disabled(story, "delete from ep_step_on_call_users")
    await heals(story, lambda: story.pool.fetchval("select true from ep_step_on_call_users where end_time is null"))
    assert await reasons(story, "policy") == {"differs"}


async def test_health_is_left_alone(story: Story) -> None:
    ann, ben = await story.user("Ann", 0, 3), await story.user("Ben")
    rotation = await story.make.rotation(ann, ben, kind="hourly")
    policy = await story.make.policy(step(await story.make.schedule(rule(rotation))), step(ben), repeat=3)
    service = await story.make.service(policy)
    async with acting(story.pool, TESTER) as connection:
        raised = await raise_alert(connection, service.id, NewAlert(summary="disk is full", dedup_key="one"), TESTER)
    for _ in range(6):
        await story.passes(4)
        assert await full_check(story.pool) == []
    await story.acknowledge(raised.alert_id)
    assert await full_check(story.pool) == []
    await story.close(raised.alert_id)
    assert await full_check(story.pool) == []
    assert await story.pool.fetchval("select count(*) from engine_repairs") == 0


async def test_an_exhausted_alert_is_left_alone(story: Story) -> None:
    policy = await story.make.policy(step(await story.user("Ann")), repeat=0)
    alert_id = await story.alert(await story.make.service(policy))
    await story.passes(10)
    standing = await story.standing(alert_id)
    assert standing is not None
    assert standing["state"] == "exhausted"
    assert await full_check(story.pool) == []


async def test_a_snooze_that_runs_out_in_maintenance_is_left_alone(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("Ann"))))
    alert_id = await story.alert(service)
    async with acting(story.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, minutes(15))
    await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(60))
    await story.passes(20)
    standing = await story.standing(alert_id)
    assert standing is not None
    assert standing["state"] == "maintenance"
    assert await full_check(story.pool) == []
