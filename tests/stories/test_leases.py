"""Acknowledgements that run out, snoozing, chosen steps, catch-all policies, planned maintenance."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.errors import Conflict
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.store.policies import policies
from tocsin.store.services import maintenance_windows
from tocsin.store.services.maintenance_windows import MaintenanceWindowSpec
from tocsin.store.services.services import Service


async def two_steps(story: Story) -> Service:
    ann, ben = await story.user("ann"), await story.user("ben")
    return await story.make.service(await story.make.policy(step(ann), step(ben)))


async def snooze(story: Story, alert_id: int, span: timedelta) -> None:
    async with acting(story.pool, TESTER) as connection:
        await actions.snooze(connection, alert_id, TESTER, span)
    await settled(story.pool)


async def escalate_to(story: Story, alert_id: int, step_number: int) -> None:
    async with acting(story.pool, TESTER) as connection:
        await actions.escalate(connection, alert_id, TESTER, step_number=step_number)
    await settled(story.pool)


async def test_an_acknowledgement_that_runs_out_pages_its_step_again(story: Story) -> None:
    service = await two_steps(story)
    await story.change_service(service, ack_timeout=minutes(30))
    alert = await story.alert(service)
    await story.acknowledge(alert)
    await story.passes(20)
    await story.acknowledge(alert)
    await story.passes(29)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == ["ann"]
    assert await story.status(alert) == "triggered"
    assert "reopened acknowledgement_ran_out" in await story.events(alert)


async def test_a_snoozed_alert_sleeps_until_then(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await snooze(story, alert, minutes(60))
    await story.passes(59)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == ["ann"]
    await story.passes(5)
    assert story.paged() == ["ben"]


async def test_a_chosen_step_is_paged_at_once(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await escalate_to(story, alert, 1)
    assert story.paged() == ["ann", "ben"]
    await escalate_to(story, alert, 0)
    assert story.paged() == ["ann"]
    await story.escalate(alert)
    assert story.paged() == ["ben"]


async def test_a_chosen_step_is_one_of_the_catch_all_that_has_taken_over(story: Story) -> None:
    service = await two_steps(story)
    cid, dee = await story.user("cid"), await story.user("dee")
    last = await story.make.policy(step(cid), step(dee))
    async with acting(story.pool, TESTER) as connection:
        policy = await policies.lock(connection, service.escalation_policy_id)
        await policies.update(connection, policy, replace(policy.spec, catch_all_policy_id=last.id))
    alert = await story.alert(service)
    await story.passes(5)
    await story.passes(5)
    assert story.paged() == ["ann", "ben", "cid"]
    await escalate_to(story, alert, 1)
    assert story.paged() == ["dee"]


async def test_escalating_is_refused_in_planned_maintenance_but_not_for_its_exceptions(story: Story) -> None:
    service = await two_steps(story)
    await story.change_service(service, maintenance_exceptions=["*fire*"])
    now = await story.clock.now()
    async with acting(story.pool, TESTER) as connection:
        await maintenance_windows.create(connection, service.id, MaintenanceWindowSpec(now, now + minutes(60)))
    await settled(story.pool)
    held, passed = await story.alert(service), await story.alert(service, "Fire in the kitchen")
    assert story.paged() == ["ann"]
    with pytest.raises(Conflict, match="in maintenance until"):
        await story.escalate(held)
    await story.escalate(passed)
    assert story.paged() == ["ben"]
    await story.passes(60)
    assert "ann" in story.paged()
