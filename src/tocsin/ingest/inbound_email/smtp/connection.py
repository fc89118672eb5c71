"""One client of the SMTP server: aiosmtpd's, with limits on what a client may send and how long it may take."""

import asyncio
import ssl
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, AnyStr, Protocol

import structlog
from aiosmtpd.smtp import SMTP

from tocsin.ingest.inbound_email.smtp import replies

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_COMMAND_BYTES = 2_048
_UNANSWERED_BYTES = 65_536  # of commands that were sent without waiting for an answer
_MOST_GUESSES = 10


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What clients may do. ``seconds`` is for one command or one mail; RFC 5321 asks for five minutes."""

    connections: int = 100
    mail_bytes: int = 5 * 1024 * 1024
    seconds: float = 300


class Owner(Protocol):
    """What a connection needs to know of those that there are; ``hostname`` greets its client."""

    limits: MailLimits
    hostname: str

    def entered(self, connection: "MailConnection") -> None:
        """Note a connection; again once it is encrypted."""

    def left(self, connection: "MailConnection") -> None:
        """Forget a connection that has ended. Idempotent."""


class MailConnection(SMTP):
    """A connection of a client, from ``address``.

    ``since`` is when it began to wait for its client, by the loop's clock; while it ``is_served`` it does not. Once it
    ``ends``, it is closed with the next answer. A line may be as long as a mail: some devices send what the standard
    forbids, and they have something to report.
    """

    def __init__(self, handler: object, owner: Owner, tls_context: ssl.SSLContext | None) -> None:
        limits = owner.limits
        self._most_bytes = 2 * limits.mail_bytes + _UNANSWERED_BYTES
        self.line_length_limit = self._most_bytes
        super().__init__(
            handler,
            data_size_limit=limits.mail_bytes,
            enable_SMTPUTF8=True,
            hostname=owner.hostname,
            ident="Tocsin",
            tls_context=tls_context,
            timeout=limits.seconds,
            loop=asyncio.get_running_loop(),
        )
        # Its own: that of aiosmtpd is one for all connections, and grows with every EHLO.
        self.command_size_limit = _COMMAND_BYTES
        self.command_size_limits = defaultdict(lambda: _COMMAND_BYTES)
        self.owner = owner
        self.address = ""
        self.since = self.loop.time()
        self.is_served = False
        self.ends = False
        self._unanswered = 0
        self._is_in_data = False
        self._guesses = 0

    def end(self, reply: str) -> None:
        """Say why and close; nothing that comes is read any more. While it is served, its answer is waited for."""
        if self.is_served:
            self.ends = True
        elif self.transport is not None:
            self._writer.write(f"{reply}\r\n".encode())
            self.transport.close()

    def abort(self) -> None:
        """Close at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        self.owner.entered(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner.left(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take what was sent in, unless it is more than fits between two answers."""
        self._unanswered += len(data)
        if self._unanswered <= (self._most_bytes if self._is_in_data else _UNANSWERED_BYTES):
            super().data_received(data)
        else:
            self.end(replies.TOO_MUCH.format(limit=self.data_size_limit))

    async def push(self, status: AnyStr) -> None:
        """Answer, and wait for what the client says next."""
        self._unanswered = 0
        self.since = self.loop.time()
        await super().push(status)
        if self.ends and self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's
        """Take a mail, which may be longer than commands."""
        self._is_in_data = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self._is_in_data = False

    async def handle_exception(self, error: Exception) -> str:
        """What the client said makes no sense; a stranger could fill the log by it."""
        return replies.NO_SENSE

    async def _handle_client(self) -> None:
        with suppress(ConnectionError):  # the client has left
            await super()._handle_client()

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        self.is_served = True
        try:
            reply = await super()._call_handler_hook(command, *args)
        except Exception:
            log.exception("mail_not_taken", command=command)
            reply = replies.TRY_AGAIN
        finally:
            self.is_served = False
        return self._counted(reply) if command == "RCPT" else reply

    def _counted(self, reply: str) -> str:
        """The reply to an address; another one to who guesses."""
        self._guesses += reply.startswith("550")
        if self._guesses <= _MOST_GUESSES:
            return reply
        self.ends = True
        return replies.TOO_MANY_GUESSES
