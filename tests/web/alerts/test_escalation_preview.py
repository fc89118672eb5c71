"""What escalating would do is told as it is: before, on the button, and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from tests.fixtures.engine import Story
from tests.fixtures.factories import Factory, step
from tests.web.conftest import LinkMaker

from tocsin.domain.escalation.by_hand import EscalationFacts, Seen, refuse_escalation
from tocsin.store.alerts import alert_list
from tocsin.store.people.users import User
from tocsin.web.alerts.escalation_preview import (
    EnteredStep,
    EscalationPreview,
    describe_nobody,
    describe_refusal,
    describe_step,
    preview_escalation,
)

NOW = datetime(2030, 1, 31, 8, tzinfo=UTC)
FACTS = EscalationFacts("triggered", "escalating", 0, 1, 1, None, has_steps=True)


@pytest.mark.parametrize(
    ("entered", "button", "text"),
    [
        (
            EnteredStep(1, 3, None),
            "Escalate to step 1 of 3",
            "Step 1 of 3 is entered now; who is on call there is paged.",
        ),
        (EnteredStep(2, 3, 1), "Escalate to step 2 of 3", "Step 2 of 3 is entered now; who is on call there is paged."),
        (
            EnteredStep(1, 3, 3),
            "Escalate to step 1 of 3",
            "The policy starts over, and step 1 of 3 is entered now; who is on call there is paged.",
        ),
        (EnteredStep(1, 1, 1), "Page step 1 again", "Step 1 is paged again: the policy has no other."),
        (EnteredStep(1, 1, None), "Escalate to step 1", "Step 1 is entered now; who is on call there is paged."),
        (
            EnteredStep(2, 3, 2),
            "Page step 2 of 3 again",
            "Step 2 of 3 is paged again: no other step has anybody to page.",
        ),
        (
            EnteredStep(2, 3, 1, pages_somebody=False),
            "Escalate to step 2 of 3",
            "Step 2 of 3 is entered now, though nobody can be paged there.",
        ),
        (
            EnteredStep(1, 2, 1, by_catch_all=True),
            "Escalate to step 1 of 2",
            "The catch-all policy takes over, and its step 1 of 2 is entered now; who is on call there is paged.",
        ),
    ],
)
def test_a_step_in_words(entered: EnteredStep, button: str, text: str) -> None:
    assert describe_step(entered, acknowledged=False) == EscalationPreview(button, text)
    again = describe_step(entered, acknowledged=True)
    assert again == EscalationPreview(button, f"It becomes triggered again, and {text[0].lower()}{text[1:]}")


def test_nobody_in_words() -> None:
    assert describe_nobody(acknowledged=False).text == "Nobody can be paged at any step of the policy now."
    assert describe_nobody(acknowledged=True).text.startswith("It becomes triggered again, but nobody")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"has_steps": False}, "the service's escalation policy has no steps."),
        ({"held_until": NOW}, "the service is in maintenance until Thu 31 Jan 2030, 08:00:00 UTC."),
        ({"held_until": NOW, "has_steps": False}, "the service is in maintenance until Thu 31 Jan 2030, 08:00:00 UTC."),
    ],
)
def test_a_refusal_in_words(changes: dict[str, Any], said: str) -> None:
    refusal = refuse_escalation(replace(FACTS, **changes), Seen())
    assert refusal is not None
    assert describe_refusal(refusal) == EscalationPreview(None, f"It cannot be escalated: {said}", refusal)


async def stand_at(make: Factory, step_number: int) -> None:
    """Put the only alert at a step of its policy, as the engine would."""
    await make.pool.execute(
        "update escalation_policy_state as state set step_number = $1, state = 'escalating', escalation_count = 1,"
        " next_escalation = now() + interval '1 hour', escalation_policy_step_id = ("
        " select id from escalation_policy_steps as steps where steps.step_number = $1"
        " and steps.escalation_policy_id = state.escalation_policy_id)",
        step_number,
    )


async def an_alert(make: Factory, *people: User) -> int:
    """An alert at the first step of a policy with a step for each person."""
    alert_id = await make.alert(await make.service(await make.policy(*map(step, people))))
    await stand_at(make, 0)
    return alert_id


async def test_a_link_tells_what_it_would_do_and_what_it_did(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make, *[await make.reachable_user() for _ in range(3)])
    url = (await links(alert_id, escalation_count=1)).escalate
    await anonymous.post((await links(alert_id)).acknowledge)
    asked = await anonymous.get(url)
    assert '<button class="btn btn-primary btn-big w-100">Escalate to step 2 of 3</button>' in asked.text
    said = "It becomes triggered again, and step 2 of 3 is entered now; who is on call there is paged."
    assert said in asked.text
    assert said in (await anonymous.post(url)).text


async def test_the_only_step_is_paged_again(anonymous: AsyncClient, make: Factory, links: LinkMaker) -> None:
    alert_id = await an_alert(make, await make.reachable_user())
    url = (await links(alert_id, escalation_count=1)).escalate
    assert '<button class="btn btn-primary btn-big w-100">Page step 1 again</button>' in (await anonymous.get(url)).text
    assert "Step 1 is paged again: the policy has no other." in (await anonymous.post(url)).text


async def test_a_link_that_can_do_nothing_has_no_button(
    anonymous: AsyncClient, make: Factory, links: LinkMaker
) -> None:
    alert_id = await an_alert(make, await make.reachable_user(), await make.reachable_user())
    old = await anonymous.get((await links(alert_id, escalation_count=0)).escalate)
    assert "it is triggered at step 1 now." in old.text
    await make.pool.execute("update services set maintenance_expires_at = now() + interval '1 hour'")
    held_back = await anonymous.get((await links(alert_id, escalation_count=1)).escalate)
    assert "It cannot be escalated: the service is in maintenance until" in held_back.text
    assert "<form" not in old.text + held_back.text


async def test_the_page_of_an_alert_tells_it_too(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make, *[await make.reachable_user() for _ in range(2)])
    await stand_at(make, 1)
    page = (await browser.get(f"/alerts/{alert_id}")).text
    assert ">Escalate to step 1 of 2</button>" in page
    assert "The policy starts over, and step 1 of 2 is entered now; who is on call there is paged." in page
    await make.pool.execute("update services set maintenance_expires_at = now() + interval '1 hour'")
    page = (await browser.get(f"/alerts/{alert_id}")).text
    assert "/escalate" not in page
    assert "the service is in maintenance until" in page


async def test_the_end_of_a_maintenance_is_told_in_the_viewers_zone(browser: AsyncClient, make: Factory) -> None:
    alert_id = await an_alert(make, await make.reachable_user())
    await make.pool.execute("update services set maintenance_expires_at = '2099-01-31T08:00Z'")
    browser.cookies.set("tocsin_zone", "Europe%2FBerlin")
    said = "the service is in maintenance until Sat 31 Jan 2099, 09:00:00 CET."
    assert said in (await browser.get(f"/alerts/{alert_id}")).text
    assert f"Not done. T{said[1:]}" in (await browser.post(f"/alerts/{alert_id}/escalate")).text


async def test_what_is_told_is_what_the_engine_does(story: Story) -> None:
    """Steps of people who cannot be paged are passed over, and the last step is followed by the first."""
    people = [await story.user("ann", 0), await story.make.user("Ben"), await story.user("cid", 0)]
    policy = await story.make.policy(*(step(person, delay=timedelta(hours=1)) for person in people))
    alert_id = await story.alert(await story.make.service(policy))
    for number, acknowledges in ((3, True), (1, False), (3, False)):
        if acknowledges:
            await story.acknowledge(alert_id)
        told = await preview_escalation(story.pool, await alert_list.get(story.pool, alert_id))
        assert told.button == f"Escalate to step {number} of 3"
        assert told.text.startswith("It becomes triggered again") == acknowledges
        await story.escalate(alert_id)
        standing = await story.standing(alert_id)
        assert standing is not None
        assert (standing["state"], standing["step_number"] + 1) == ("escalating", number)
