"""A channel by plain forms."""

from datetime import timedelta

from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.channels.webhook.receiver import WebhookReceiver
from tocsin.domain.on_call.snapshot import Target
from tocsin.store.policies.policy_steps import StepSpec


async def test_a_channel_is_made_tried_and_kept_while_used(browser: AsyncClient, make: Factory) -> None:
    async with WebhookReceiver() as receiver:
        form = {"name": "Room", "type": "webhook", "address": receiver.url, "team": ""}
        made = await browser.post("/channels/new", data=form, follow_redirects=True)
        assert "The secret that signs" in made.text
        assert "The secret that signs" not in (await browser.get(made.url)).text
        room = await make.pool.fetchval("select id from channels")
        assert "was accepted" in (await browser.post(f"/channels/{room}/test")).text
    saved = await browser.post(f"/channels/{room}", data={**form, "name": "Night room"})
    assert saved.status_code == 303
    await make.policy(StepSpec(delay=timedelta(minutes=5), targets=(Target("channel", room),)), name="Payments")
    refused = await browser.post(f"/channels/{room}/delete")
    assert (refused.status_code, "Is used by escalation policy &#39;Payments&#39;." in refused.text) == (409, True)
