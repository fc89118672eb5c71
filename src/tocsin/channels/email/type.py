"""The type of way out that sends mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.channels.channel_type import ChannelType, SenderSettings
from tocsin.channels.email.address import check_email
from tocsin.channels.email.sender import EmailSender
from tocsin.channels.email.smtp import parse_smtp_url
from tocsin.channels.page import Destination, Page, Receipt, Sender
from tocsin.errors import DeliveryFailed


class _NoServer:
    """Stands where the sender would be when no server is configured."""

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise DeliveryFailed("no SMTP server is configured (TOCSIN_SMTP_URL)", permanent=True)


@asynccontextmanager
async def _open_sender(settings: SenderSettings) -> AsyncIterator[Sender]:
    yield EmailSender(parse_smtp_url(settings.smtp_url)) if settings.smtp_url else _NoServer()


EMAIL = ChannelType(
    name="email",
    caption="Email",
    icon="mail",
    person_address="an email address",
    channel_address="an email address",
    check_address=check_email,
    audit_address="whole",
    by_mail=True,
    open_sender=_open_sender,
    opens_at_start=True,
)
