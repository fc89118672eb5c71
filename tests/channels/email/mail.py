"""Mail as tests send and receive it."""

from datetime import timedelta

from tocsin.channels.email.sender import EmailSender
from tocsin.channels.email.smtp import parse_smtp_url
from tocsin.channels.page import Destination

TO = Destination("email", "ada@example.org")


def sender_to(url, timeout=timedelta(seconds=10)):
    return EmailSender(parse_smtp_url(f"{url}?from=Tocsin%20%3Ctocsin@oncall.example%3E"), timeout)


async def received(sender, mailbox, page, to=TO):
    await sender.send(to, page)
    return (await mailbox.wait_for(1))[-1]
