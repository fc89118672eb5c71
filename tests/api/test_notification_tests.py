"""Test pages over HTTP."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.channels.webhook.receiver import WebhookReceiver


async def test_a_test_page_goes_out_to_a_disabled_contact_method_too(api: AsyncClient, make: Factory) -> None:
    async with WebhookReceiver() as receiver:
        method = await make.contact_method(await make.user(), receiver.url, enabled=False)
        url = f"/api/v1/users/{method.user_id}/contact-methods/{method.id}/test-page"
        answer = await api.post(url)
        assert (answer.status_code, answer.json()["status"], len(receiver.requests)) == (200, "sent", 1)
