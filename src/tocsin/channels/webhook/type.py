"""The type of way out that posts JSON to a URL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from tocsin.channels.channel_type import ChannelType, SenderSettings
from tocsin.channels.page import Sender
from tocsin.channels.webhook.address import check_url


@asynccontextmanager
async def _open_sender(_: SenderSettings) -> AsyncIterator[Sender]:
    await asyncio.to_thread(import_module, "tocsin.channels.webhook.sender")
    from tocsin.channels.kit.http_client import http_client
    from tocsin.channels.webhook.sender import WebhookSender

    async with http_client() as client:
        yield WebhookSender(client)


WEBHOOK = ChannelType(
    name="webhook",
    caption="Webhook",
    icon="webhook",
    person_address="the https:// address of a webhook",
    channel_address="the https:// address of a webhook",
    check_address=check_url,
    audit_address="origin",
    is_signed=True,
    open_sender=_open_sender,
)
