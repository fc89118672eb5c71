"""N1 to N4: pages follow the notification rules, one row each, with all that happened to them."""

from collections import Counter
from datetime import UTC
from urllib.parse import urlsplit

import pytest
from tests.fixtures.engine import Story, minutes
from tests.fixtures.factories import step

from tocsin.channels.webhook.receiver import Behaviour, Drop, Garbage, redirect
from tocsin.store.alerts.timeline import timeline
from tocsin.store.people.users import User
from tocsin.store.services.services import Service
from tocsin.web.alerts.alert_text import sentence


async def hours(story: Story, *users: User) -> Service:
    """A service with one step of ten hours."""
    return await story.make.service(await story.make.policy(step(*users, delay=minutes(600))))


async def test_n1_each_rule_pages_when_its_delay_passes_and_a_zero_delay_at_once(story: Story) -> None:
    await story.alert(await hours(story, await story.user("ann", 0, 5, 12)))
    assert story.paged() == ["ann"]
    for minute in range(1, 16):
        await story.passes(1)
        assert story.paged() == (["ann"] if minute in (5, 12) else []), minute


async def test_n1_each_rule_pages_its_own_contact_method(story: Story) -> None:
    ann = await story.user("ann", 2)
    await story.make.rule(await story.make.contact_method(ann, story.address("anns-watch")))
    await story.alert(await hours(story, ann))
    assert story.paged() == ["anns-watch"]
    await story.passes(2)
    assert story.paged() == ["ann"]


async def test_n1_of_several_overdue_pages_to_one_phone_only_the_latest_is_sent(story: Story) -> None:
    alert = await story.alert(await hours(story, await story.user("ann", 0, 5, 12)))
    story.paged()
    await story.passes(30)
    assert story.paged() == ["ann"]
    states = Counter(await story.page_states(alert))
    assert (states["bundled later_page_says_it"], states["sent"]) == (1, 2)


async def test_n2_nothing_goes_out_for_an_alert_that_was_acknowledged_a_moment_before_it_was_due(story: Story) -> None:
    alert = await story.alert(await hours(story, await story.user("ann", 5)))
    await story.passes(4.99)
    await story.acknowledge(alert)
    await story.passes(0.01)
    assert story.paged() == []


@pytest.mark.parametrize(("delay", "expected"), [(5, ["ann"]), (2, [])])
async def test_n2_a_rule_added_during_a_cycle_acts_only_if_its_delay_lies_ahead(
    story: Story, delay: int, expected: list[str]
) -> None:
    ann = await story.user("ann")
    await story.alert(await hours(story, ann))
    story.paged()
    await story.passes(3)
    method = await story.pool.fetchval("select id from contact_methods where user_id = $1", ann.id)
    await story.pool.execute(
        "insert into notification_rules (user_id, contact_method_id, delay) values ($1, $2, $3)",
        ann.id,
        method,
        minutes(delay),
    )
    await story.passes(0)
    assert story.paged() == []
    await story.passes(2)
    assert story.paged() == expected


async def test_n2_a_contact_method_that_is_enabled_during_a_cycle_acts_if_its_delay_lies_ahead(story: Story) -> None:
    ann = await story.user("ann")
    watch = await story.make.contact_method(ann, story.address("anns-watch"), enabled=False)
    await story.make.rule(watch, minutes(5))
    await story.alert(await hours(story, ann))
    await story.passes(3)
    await story.pool.execute("update contact_methods set enabled = true")
    await story.passes(1)
    assert story.paged() == ["ann"]
    await story.passes(1)
    assert story.paged() == ["anns-watch"]


async def test_n2_a_page_to_a_contact_method_that_was_disabled_meanwhile_is_cancelled(story: Story) -> None:
    ann = await story.user("ann")
    story.phone.script(500)
    alert = await story.alert(await hours(story, ann))
    story.paged()
    await story.pool.execute("update contact_methods set enabled = false where user_id = $1", ann.id)
    await story.passes(1)
    assert story.paged() == []
    assert (await story.page_states(alert))[-1] == "cancelled contact_method_disabled"


@pytest.mark.parametrize("answer", [500, 404, Drop(), Garbage(), redirect("http://127.0.0.1:9/")], ids=repr)
async def test_n3_a_page_that_was_not_taken_is_sent_again_with_the_same_key_and_no_second_row(
    story: Story, answer: Behaviour
) -> None:
    story.phone.script(answer, answer)
    alert = await story.alert(await hours(story, await story.user("ann")))
    await story.passes(0.1)
    await story.passes(0.2)
    assert list(story.pages().values()) == [3]
    rows = await story.pool.fetch("select status, attempts from outgoing_messages where alert_id = $1", alert)
    assert [(row["status"], row["attempts"]) for row in rows] == [("sent", 3)]


async def test_n3_the_key_names_alert_escalation_target_and_rule(story: Story) -> None:
    ann = await story.user("ann")
    alert = await story.alert(await hours(story, ann))
    rule = await story.pool.fetchval("select id from notification_rules")
    [request] = story.phone.requests
    assert request.json["idempotency_key"] == f"{alert}:1:user:{ann.id}:{rule}:0"
    assert request.headers["idempotency-key"] == request.json["idempotency_key"]


async def test_n4_every_state_of_a_page_stands_in_the_timeline_with_its_reason(story: Story) -> None:
    story.phone.script(503)
    alert = await story.alert(await hours(story, await story.user("ann")))
    assert await story.page_states(alert) == [
        "sending",
        f"pending {urlsplit(story.phone.url).netloc} answered 503 Service Unavailable",
    ]
    await story.passes(0.1)
    assert (await story.page_states(alert))[2:] == ["sending", "sent"]


async def test_n4_a_page_that_can_never_go_out_has_failed_with_its_reason(story: Story) -> None:
    ann = await story.user("ann")
    await story.pool.execute("update contact_methods set type = 'email', address = 'ann@example.org'")
    alert = await story.alert(await hours(story, ann))
    assert (await story.page_states(alert))[-1] == "failed no SMTP server is configured (TOCSIN_SMTP_URL)"


async def test_an_alert_with_an_empty_summary_is_announced_all_the_same(story: Story) -> None:
    service = await hours(story, await story.user("ann"))
    await story.pool.execute(
        "insert into alerts (service_id, summary, dedup_key) values ($1, '', 'imported')", service.id
    )
    await story.passes(0)
    [page] = story.phone.requests
    assert page.json["alert"]["summary"] == "No summary provided"


async def test_n4_a_rule_that_is_passed_over_since_its_contact_method_is_disabled_stands_in_the_timeline(
    story: Story,
) -> None:
    ann = await story.user("ann")
    watch = await story.make.contact_method(ann, story.address("anns-watch"), enabled=False)
    await story.make.rule(watch, minutes(5))
    alert = await story.alert(await hours(story, ann))
    await story.passes(4)
    assert "cancelled contact_method_disabled" not in await story.page_states(alert)
    await story.passes(1)
    assert story.paged() == ["ann"]
    assert (await story.page_states(alert))[-1] == "cancelled contact_method_disabled"
    last = (await timeline(story.pool, alert)).entries[-1]
    assert sentence(last, UTC, last.at) == "webhook to ann: not sent, for the contact method is disabled"
    await story.pool.execute("update contact_methods set enabled = true")
    await story.passes(10)
    assert story.paged() == []


async def test_n1_a_page_to_a_disabled_contact_method_is_never_the_latest(story: Story) -> None:
    """Two rules of one contact method that was disabled for a while: what is due later goes out."""
    ann = await story.user("ann", 0, 5, 10)
    alert = await story.alert(await hours(story, ann))
    story.paged()
    await story.pool.execute("update contact_methods set enabled = false")
    await story.passes(5)
    await story.pool.execute("update contact_methods set enabled = true")
    await story.passes(5)
    assert story.paged() == ["ann"]
    assert Counter(await story.page_states(alert))["cancelled contact_method_disabled"] == 1


async def test_n4_who_has_no_rule_on_a_step_that_pages_others_is_named_with_the_reason(story: Story) -> None:
    ann, ben = await story.user("ann"), await story.make.user("ben")
    alert = await story.alert(await hours(story, ann, ben))
    entered = next(entry for entry in (await timeline(story.pool, alert)).entries if entry.event == "escalated")
    assert sentence(entered, UTC, entered.at).endswith(
        "; nothing can page ben: no enabled contact method has a notification rule"
    )
