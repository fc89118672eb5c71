"""A1, A2, A8: an alert enters its policy at once, entering a step pages all of it, and empty steps hold nobody up."""

from dataclasses import replace

from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step


async def test_a1_an_alert_enters_step_0_at_once(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    service = await story.make.service(await story.make.policy(step(ann), step(ben)))
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    assert await story.events(alert) == ["created", "escalated first_step"]


async def test_a1_an_alert_on_a_policy_without_steps_enters_none_and_says_so(story: Story) -> None:
    alert = await story.alert(await story.make.service())
    assert await story.events(alert) == ["created", "held no_steps"]
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["state"], standing["next_escalation"]) == ("no_steps", None)


async def test_a2_entering_a_step_pages_every_user_and_every_channel(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    room = await story.make.channel("Room", story.address("room"))
    service = await story.make.service(await story.make.policy(step(ann, ben, room)))
    await story.alert(service)
    assert story.paged() == ["ann", "ben", "room"]


async def test_a2_entering_a_step_sets_when_it_was_entered_and_when_the_next_is_due(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(ann, delay=minutes(7))))
    now = await story.clock.now()
    standing = await story.standing(await story.alert(service))
    assert standing is not None
    assert (standing["last_escalation"], standing["next_escalation"]) == (now, now + minutes(7))


async def test_a8_a_step_with_nobody_is_skipped_at_once_and_logged(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(), step(), step(ann)))
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    skips = ["step_skipped nobody_on_call"] * 2
    assert await story.events(alert) == ["created", *skips, "escalated first_step"]


async def test_a8_a_user_who_cannot_be_reached_is_logged_and_the_next_step_entered_at_once(story: Story) -> None:
    silent, ann = await story.make.user("Silent"), await story.user("ann")
    service = await story.make.service(await story.make.policy(step(silent), step(ann)))
    alert = await story.alert(service)
    assert story.paged() == ["ann"]
    unreachable = await story.pool.fetchval(
        "select meta -> 'unreachable' from alert_logs where alert_id = $1 and event = 'step_skipped'", alert
    )
    assert unreachable == [str(silent.id)]


async def test_a8_a_step_that_waits_takes_its_time_although_nobody_is_there(story: Story) -> None:
    ann = await story.user("ann")
    waits = replace(step(), if_nobody="wait")
    service = await story.make.service(await story.make.policy(waits, step(ann)))
    alert = await story.alert(service)
    await story.passes(4)
    assert story.paged() == []
    await story.passes(1)
    assert story.paged() == ["ann"]
    assert "step_waits nobody_on_call" in await story.events(alert)


async def test_a8_an_alert_that_found_nobody_looks_again_as_soon_as_somebody_is_there(story: Story) -> None:
    empty = await story.make.policy(step(), step(), repeat=None)
    alert = await story.alert(await story.make.service(empty))
    assert await story.events(alert) == ["created", "nobody_on_call nobody_on_call"]
    ann = await story.user("ann")
    await story.change_policy(empty, replace(empty.steps[0].spec, targets=step(ann).targets), empty.steps[1].spec)
    assert story.paged() == ["ann"]
    assert (await story.events(alert))[-1] == "escalated looked_again"


async def test_a_channel_is_paged_for_a_service_of_a_team_too(story: Story) -> None:
    ann = await story.user("Ann")
    team = await story.make.team("Platform", ann=(ann, "manager"))
    room = await story.make.channel("Room", story.address("room"), team_id=team.id)
    await story.alert(await story.make.service(await story.make.policy(step(room)), team_id=team.id))
    assert story.paged() == ["room"]


async def test_a8_an_alert_that_found_nobody_looks_again_as_soon_as_a_channel_is_there(story: Story) -> None:
    empty = await story.make.policy(step(), repeat=None)
    await story.alert(await story.make.service(empty))
    room = await story.make.channel("Room", story.address("room"))
    await story.change_policy(empty, replace(empty.steps[0].spec, targets=step(room).targets))
    assert story.paged() == ["room"]


async def test_a8_a_round_that_finds_nobody_is_one_fact_and_looked_at_again_after_a_round(story: Story) -> None:
    empty = await story.make.policy(step(), step(), repeat=None)
    alert = await story.alert(await story.make.service(empty))
    await story.passes(9)
    assert await story.events(alert) == ["created", "nobody_on_call nobody_on_call"]
    await story.passes(1)
    assert await story.events(alert) == ["created", *2 * ["nobody_on_call nobody_on_call"]]


async def test_a8_an_alert_that_found_nobody_looks_again_when_they_can_be_reached(story: Story) -> None:
    silent = await story.make.user("silent")
    alert = await story.alert(await story.make.service(await story.make.policy(step(silent), repeat=None)))
    await story.make.rule(await story.make.contact_method(silent, story.phone.url))
    await settled(story.pool)
    assert (await story.events(alert))[-1] == "escalated looked_again"


async def test_a8_rounds_that_find_nobody_use_up_the_policy(story: Story) -> None:
    alert = await story.alert(await story.make.service(await story.make.policy(step(), repeat=1)))
    await story.passes(5)
    assert [event for event in await story.events(alert) if event.startswith("exhausted")] == [
        "exhausted nobody_on_call"
    ]
