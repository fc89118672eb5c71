"""A4, A5: people acknowledge, close and escalate."""

from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient
from tests.fixtures.database import TESTER
from tests.fixtures.engine import Story, minutes, settled
from tests.fixtures.factories import step

from tocsin.domain.escalation.by_hand import Seen
from tocsin.errors import Conflict
from tocsin.store.actor import acting
from tocsin.store.alerts import actions
from tocsin.store.alerts.actions import ActionOutcome
from tocsin.store.services.services import Service


async def two_steps(story: Story) -> Service:
    """A service whose policy pages ann at once and again after three minutes, then ben, and does not repeat."""
    ann, ben = await story.user("ann", 0, 3), await story.user("ben")
    return await story.make.service(await story.make.policy(step(ann), step(ben)))


async def test_a4_acknowledging_stops_escalation_and_the_pages_that_lie_ahead(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    assert story.paged() == ["ann"]
    await story.acknowledge(alert)
    await story.passes(3)
    await story.passes(60)
    assert story.paged() == []
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["state"], standing["next_escalation"]) == ("acknowledged", None)


async def test_a4_acknowledging_cancels_a_page_that_waits_for_its_next_attempt(story: Story) -> None:
    story.phone.script(500)
    alert = await story.alert(await two_steps(story))
    assert story.paged() == ["ann"]
    await story.acknowledge(alert)
    await story.passes(60)
    assert story.paged() == []
    assert (await story.page_states(alert))[-1] == "cancelled acknowledged"


async def test_a4_what_was_acknowledged_stays_stopped_when_the_alert_is_escalated_before_the_engine_looks(
    story: Story,
) -> None:
    alert = await story.alert(await two_steps(story))
    assert story.paged() == ["ann"]
    async with acting(story.pool, TESTER) as connection:
        await actions.acknowledge(connection, alert, TESTER)
        await actions.escalate(connection, alert, TESTER)
    await settled(story.pool)
    assert story.paged() == ["ben"]
    await story.passes(3)
    assert story.paged() == []


async def test_a4_closing_stops_everything_and_is_final(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.close(alert)
    await story.passes(3)
    await story.passes(60)
    assert story.paged() == ["ann"]
    assert await story.standing(alert) is None
    with pytest.raises(Conflict, match="closed"):
        await story.acknowledge(alert)
    with pytest.raises(Conflict, match="closed"):
        await story.escalate(alert)
    assert (await story.close(alert)).reason is ActionOutcome.ALREADY_CLOSED
    assert await story.status(alert) == "closed"


async def test_a5_escalating_enters_the_next_step_at_once_and_starts_its_delay(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.passes(1)
    assert story.paged() == ["ann"]
    await story.escalate(alert)
    assert story.paged() == ["ben"]
    standing = await story.standing(alert)
    assert standing is not None
    assert (standing["step_number"], standing["force_escalation"]) == (1, False)
    assert (await story.events(alert))[-2:] == ["escalation_requested", "escalated escalated_by_hand"]


async def test_a5_escalating_an_acknowledged_alert_makes_it_triggered_again(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.acknowledge(alert)
    await story.passes(4)
    assert story.paged() == ["ann"]
    await story.escalate(alert)
    assert story.paged() == ["ben"]
    assert await story.status(alert) == "triggered"
    await story.passes(10)
    assert story.paged() == []


async def test_a5_escalating_from_the_last_step_wraps_whatever_repeat_says_and_climbs_on(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.passes(5)
    await story.passes(5)
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"
    story.paged()
    await story.escalate(alert)
    assert story.paged() == ["ann"]
    await story.passes(5)
    assert "ben" in story.paged()
    await story.passes(5)
    assert (await story.events(alert))[-1] == "exhausted rounds_used_up"


async def test_a5_escalating_pages_somebody_who_is_paged_already_by_a_further_cycle(story: Story) -> None:
    ann = await story.user("ann", 0, 3)
    alert = await story.alert(await story.make.service(await story.make.policy(step(ann))))
    await story.passes(1)
    await story.escalate(alert)
    assert story.paged() == ["ann", "ann"]
    await story.passes(2)
    await story.passes(1)
    assert story.paged() == ["ann", "ann"]
    assert set(story.pages().values()) == {1}


async def test_a5_escalating_is_refused_when_the_alert_has_moved_on(story: Story) -> None:
    alert = await story.alert(await two_steps(story))
    await story.passes(5)
    story.paged()
    with pytest.raises(Conflict, match="moved on: it is at step 2 now"):
        await story.escalate(alert, Seen(escalation_count=1))
    assert story.paged() == []


async def test_a5_escalating_is_refused_in_maintenance_and_without_steps(story: Story) -> None:
    service = await two_steps(story)
    alert = await story.alert(service)
    await story.change_service(service, maintenance_expires_at=await story.clock.now() + minutes(60))
    with pytest.raises(Conflict, match="in maintenance"):
        await story.escalate(alert)
    empty = await story.alert(await story.make.service())
    with pytest.raises(Conflict, match="has no steps"):
        await story.escalate(empty)


async def test_a_pages_links_end_with_the_team_for_members_and_not_for_a_guest_who_was_paged(
    story: Story, anonymous: AsyncClient
) -> None:
    ann, ben = await story.user("ann"), await story.user("ben")
    team = await story.make.team("Payments", ann=(ann, "member"))
    service = await story.make.service(await story.make.policy(step(ann, ben)), team_id=team.id)
    await story.alert(service)
    urls = {
        request.target.rsplit("/", 1)[1]: request.json["actions"]["acknowledge"] for request in story.phone.requests
    }
    paths = {name: urlsplit(urls[name]).path for name in ("ann", "ben")}
    assert [(await anonymous.get(path)).status_code for path in paths.values()] == [200, 200]
    await story.pool.execute("delete from team_members")
    assert (await anonymous.post(paths["ann"])).status_code == 410
    assert (await anonymous.post(paths["ben"])).status_code == 200
