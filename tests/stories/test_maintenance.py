"""M1, M2, M3: a service in maintenance holds its escalations."""

from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step

from tocsin.store.services.services import Service


async def in_maintenance(story: Story, service: Service, number: float) -> Service:
    """The service, in maintenance for so many minutes from now."""
    return await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(number))


async def test_m1_alerts_are_created_in_maintenance_but_enter_no_step(story: Story) -> None:
    ann = await story.user("ann")
    service = await in_maintenance(story, await story.make.service(await story.make.policy(step(ann))), 60)
    alert = await story.alert(service)
    await story.passes(59)
    assert story.paged() == []
    assert await story.events(alert) == ["created", "held in_maintenance"]


async def test_m1_running_cycles_stop_at_their_next_page_and_resume_afterwards(story: Story) -> None:
    ann = await story.user("ann", 0, 3)
    service = await story.make.service(await story.make.policy(step(ann, delay=minutes(60))))
    await story.alert(service)
    assert story.paged() == ["ann"]
    await in_maintenance(story, service, 10)
    await story.passes(9)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["ann"]


async def test_m1_a_page_that_waits_for_its_next_attempt_goes_out_after_the_maintenance(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(ann, delay=minutes(60))))
    story.phone.script(500)
    alert = await story.alert(service)
    story.paged()
    await in_maintenance(story, service, 10)
    await story.passes(9)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["ann"]
    assert "pending in_maintenance" in await story.page_states(alert)


async def test_m1_an_escalation_that_falls_into_maintenance_is_made_up_for_afterwards(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann), step(ben)))
    alert = await story.alert(service)
    await in_maintenance(story, service, 10)
    await story.passes(5)
    assert story.paged() == ["ann"]
    await story.passes(5)
    assert story.paged() == ["ben"]
    assert (await story.events(alert))[-2:] == ["held in_maintenance", "escalated maintenance_over"]


async def test_m2_at_its_expiry_the_field_is_cleared_and_every_open_alert_starts(story: Story) -> None:
    ann = await story.user("ann")
    service = await in_maintenance(story, await story.make.service(await story.make.policy(step(ann))), 30)
    alerts = [await story.alert(service, f"disk {number}") for number in range(3)]
    await story.acknowledge(alerts[2])
    await story.passes(30)
    assert story.paged() == ["ann", "ann"]
    expires = await story.pool.fetchval("select maintenance_expires_at from services where id = $1", service.id)
    assert expires is None


async def test_m3_clearing_it_early_starts_the_alerts_at_once(story: Story) -> None:
    ann = await story.user("ann")
    service = await in_maintenance(story, await story.make.service(await story.make.policy(step(ann))), 30)
    alert = await story.alert(service)
    assert story.paged() == []
    await story.change_service(service, maintenance_expires_at=None)
    assert story.paged() == ["ann"]
    assert await story.events(alert) == ["created", "held in_maintenance", "escalated maintenance_over"]


async def test_m3_shortening_it_moves_the_end(story: Story) -> None:
    ann = await story.user("ann")
    service = await in_maintenance(story, await story.make.service(await story.make.policy(step(ann))), 30)
    await story.alert(service)
    await in_maintenance(story, service, 5)
    await story.passes(5)
    assert story.paged() == ["ann"]


async def test_m2_extending_it_moves_the_end(story: Story) -> None:
    ann = await story.user("ann")
    service = await in_maintenance(story, await story.make.service(await story.make.policy(step(ann))), 5)
    await story.alert(service)
    await in_maintenance(story, service, 30)
    await story.passes(29)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["ann"]


async def test_m3_clearing_it_early_resumes_cycles_and_pages_at_once(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben", 2)
    service = await story.make.service(await story.make.policy(step(ann, ben, delay=minutes(600))))
    story.phone.script(500)
    await story.alert(service)
    assert story.paged() == ["ann"]
    await in_maintenance(story, service, 60)
    await story.passes(5)
    assert story.paged() == []
    await story.change_service(service, maintenance_expires_at=None)
    assert story.paged() == ["ann", "ben"]


async def test_m1_a_page_that_is_put_off_goes_out_when_an_exception_lets_its_alert_pass(story: Story) -> None:
    service = await story.make.service(await story.make.policy(step(await story.user("ann"), delay=minutes(600))))
    story.phone.script(500, 500)
    await story.alert(service, "disk"), await story.alert(service, "fire")
    assert story.paged() == ["ann", "ann"]
    service = await in_maintenance(story, service, 360)
    await story.passes(5)
    assert story.paged() == []
    await story.change_service(service, maintenance_exceptions=["fire"])
    assert story.paged() == ["ann"]
    await story.passes(355)
    assert story.paged() == ["ann"]
