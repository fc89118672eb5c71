"""A mail raises an alert, which pages, and the mail of the recovery closes it."""

import asyncio
import smtplib
import socket

from tests.fixtures.engine import Story, settled
from tests.fixtures.factories import step

from tocsin.ingest.connections import IngestConnections
from tocsin.ingest.inbound_email.smtp.server import mail_server
from tocsin.ingest.intake import Intake
from tocsin.ingest.rate_limit import RateLimit
from tocsin.settings import Settings

_MAIL = "From: nagios@db1\r\nSubject: ** {} Service Alert: db1/Disk is {} **\r\n\r\n92 % of /var\r\n"


async def test_a_mail_pages_and_the_mail_of_the_recovery_closes(story: Story) -> None:
    ann = await story.user("ann")
    service = await story.make.service(await story.make.policy(step(ann)))
    address = f"{await story.make.integration_key(service, key_type='inbound_email')}@oncall.example.org"
    listening = socket.create_server(("127.0.0.1", 0))
    intake = Intake(IngestConnections(story.pool), RateLimit(300, 1000))

    def send(mail: str) -> None:
        with smtplib.SMTP(*listening.getsockname(), timeout=30) as client:
            client.sendmail("nagios@db1", address, mail)

    async with mail_server(Settings(), intake, listening):
        await asyncio.to_thread(send, _MAIL.format("PROBLEM", "CRITICAL"))
        await settled(story.pool)
        assert story.paged() == ["ann"]
        await asyncio.to_thread(send, _MAIL.format("RECOVERY", "OK"))
        await settled(story.pool)
    (alert,) = await story.pool.fetch("select id, status, summary from alerts")
    assert alert["status"] == "closed"
    assert alert["summary"] == "** PROBLEM Service Alert: db1/Disk is CRITICAL **"
    assert (await story.events(alert["id"]))[-1].startswith("closed")
