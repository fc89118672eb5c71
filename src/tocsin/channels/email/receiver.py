"""A real SMTP server on this machine that keeps the mail it receives.

async with MailReceiver() as receiver:
    receiver.script(MailFault.DROP_AFTER_DATA)   # the first message; then all are accepted
    ...                                          # set TOCSIN_SMTP_URL to receiver.url
    (mail,) = await receiver.wait_for(1)
    assert "disk is full" in mail.message["Subject"]
"""

import asyncio
import email
import email.policy
import logging
import ssl
import time
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import NoReturn, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tocsin.channels.kit.arrivals import Arrivals


class MailFault(Enum):
    """How one message is treated instead of being accepted."""

    REFUSE_SENDER = "550 5.7.1 Sender not allowed"
    REFUSE_RECIPIENT = "550 5.1.1 No such user here"
    DEFER_RECIPIENT = "451 4.7.1 Try again later"
    REFUSE_CONTENT = "554 5.6.0 Message refused"
    DROP_AFTER_DATA = "read the whole message, then hang up without an answer"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One accepted message. ``received_at`` is ``time.monotonic()``."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    received_at: float

    @property
    def text(self) -> str:
        """The plain text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


class MailReceiver:
    """Receives mail by SMTP on 127.0.0.1, on a port that was free, without sign-in.

    With a ``tls_context`` it offers STARTTLS.
    """

    def __init__(self, tls_context: ssl.SSLContext | None = None) -> None:
        self._tls_context = tls_context
        self._arrivals: Arrivals[ReceivedMail] = Arrivals()
        self._script: deque[MailFault] = deque()
        self._connections: list[_Connection] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd reports every command there
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.close()
        await self._server.wait_closed()

    @property
    def messages(self) -> tuple[ReceivedMail, ...]:
        """All accepted messages, oldest first."""
        return self._arrivals.items

    def script(self, *faults: MailFault) -> None:
        """Queue faults for the next messages, one each; after them all are accepted again."""
        self._script.extend(faults)

    async def wait_for(self, count: int, timeout: float = 10) -> tuple[ReceivedMail, ...]:
        """Return all messages once there are at least ``count``. Raises TimeoutError after ``timeout`` seconds."""
        return await self._arrivals.wait_for(count, timeout)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender, unless the script says otherwise. Called by aiosmtpd."""
        if self._script and self._script[0] is MailFault.REFUSE_SENDER:
            return str(self._script.popleft().value)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, unless the script says otherwise. Called by aiosmtpd."""
        if self._script and self._script[0] in (MailFault.REFUSE_RECIPIENT, MailFault.DEFER_RECIPIENT):
            return str(self._script.popleft().value)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by name
        self, server: "_Connection", session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, unless the script says otherwise. Called by aiosmtpd."""
        fault = self._script.popleft() if self._script else None
        if fault is MailFault.DROP_AFTER_DATA:
            await server.hang_up()
        if fault is not None:
            return str(fault.value)
        await self._arrivals.add(_received(envelope))
        return f"250 2.0.0 OK: kept as {len(self.messages)}"

    def _connection(self) -> "_Connection":
        connection = _Connection(
            self,
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=self._tls_context,
            loop=asyncio.get_running_loop(),
        )
        self._connections.append(connection)
        return connection


class _Connection(SMTP):
    """One client's connection, on the running loop."""

    async def hang_up(self) -> NoReturn:
        """Close; losing the connection then cancels the task that called."""
        self.close()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


def _received(envelope: Envelope) -> ReceivedMail:
    content = envelope.original_content or b""
    message = email.message_from_bytes(content, policy=email.policy.default)
    return ReceivedMail(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        message=message,
        received_at=time.monotonic(),
    )
