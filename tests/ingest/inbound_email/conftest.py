"""A server that takes mail for a key of a service, and what writes to it."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import pytest
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.ingest.connections import IngestConnections
from tocsin.ingest.inbound_email.smtp.server import mail_server
from tocsin.ingest.intake import Intake
from tocsin.ingest.rate_limit import RateLimit
from tocsin.settings import Settings
from tocsin.store.services.services import Service

DOMAIN = "oncall.example.org"

T = TypeVar("T")


def as_sent(mail: bytes) -> bytes:
    """With the ends of lines that mail has."""
    return mail.replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A running server, and a key of the type for mail."""

    pool: Pool
    port: int
    token: str

    def address(self, dedup: str = "") -> str:
        return f"{self.token}{dedup and '+'}{dedup}@{DOMAIN}"

    async def session(self, talk: Callable[[smtplib.SMTP], T]) -> T:
        """What a client says in a session of its own, in a thread."""

        def run() -> T:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
                return talk(client)

        return await asyncio.to_thread(run)

    async def send(self, mail: bytes, *recipients: str, sender: str = "nagios@db1.example.org") -> None:
        """Send a mail that must be taken."""
        await self.session(lambda client: client.sendmail(sender, recipients or [self.address()], as_sent(mail)))

    async def say(self, *lines: bytes) -> list[str]:
        """All that is answered to lines that are sent at once, whatever they are, until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"\r\n".join(lines) + b"\r\n")
        answers = []
        with suppress(ConnectionResetError):  # it does not read to the end what is too much
            async with asyncio.timeout(30):
                while line := await reader.readline():
                    answers.append(line.decode().rstrip())
        writer.close()
        return answers

    async def alerts(self) -> list[asyncpg.Record]:
        return await self.pool.fetch("select summary, status, severity, count, dedup_key from alerts order by id")

    async def payloads(self) -> list[asyncpg.Record]:
        return await self.pool.fetch("select * from received_payload_records order by id")


@asynccontextmanager
async def serving_mail(
    pool: Pool, settings: Settings, token: str, rate: RateLimit | None = None
) -> AsyncIterator[MailServer]:
    """A server with these settings."""
    listening = socket.create_server(("127.0.0.1", 0))
    intake = Intake(IngestConnections(pool), rate or RateLimit(300, 1000))
    async with mail_server(settings, intake, listening):
        yield MailServer(pool, listening.getsockname()[1], token)


@pytest.fixture
async def service(make: Factory) -> Service:
    return await make.service()


@pytest.fixture
async def token(make: Factory, service: Service) -> str:
    return await make.integration_key(service, key_type="inbound_email")


@pytest.fixture
async def server(pool: Pool, token: str) -> AsyncIterator[MailServer]:
    """A server that takes mails of up to 20,000 bytes."""
    settings = Settings(mail_listen="127.0.0.1:25", mail_domain=DOMAIN, mail_max_bytes=20_000)
    async with serving_mail(pool, settings, token) as running:
        yield running
