"""The connections of the SMTP server: how many there may be, and how they end.

When there are as many as there may be, one that waits for its client makes room for the newcomer: of the address that
has most, the one that has waited longest. So silent clients, however many, never keep out one that has mail.
"""

import asyncio
import ssl
from collections import Counter

from tocsin.ingest.inbound_email.smtp import replies
from tocsin.ingest.inbound_email.smtp.connection import MailConnection, MailLimits

_FINISH_WITHIN = 10.0


class MailConnections:
    """Every open connection of one server, which greets its clients by ``hostname``."""

    def __init__(self, limits: MailLimits, handler: object, hostname: str, tls_context: ssl.SSLContext | None) -> None:
        self.limits = limits
        self.hostname = hostname
        self._handler = handler
        self._tls_context = tls_context
        self._open: dict[MailConnection, None] = {}
        self._none_open = asyncio.Event()
        self._none_open.set()

    def accept(self) -> asyncio.BaseProtocol:
        """What speaks with a new client."""
        if len(self._open) >= self.limits.connections and not self._make_room():
            return _Refusal()
        return MailConnection(self._handler, self, self._tls_context)

    def entered(self, connection: MailConnection) -> None:
        """Note a connection; again once it is encrypted."""
        self._open[connection] = None
        self._none_open.clear()

    def left(self, connection: MailConnection) -> None:
        """Forget a connection that has ended. Idempotent."""
        self._open.pop(connection, None)
        if not self._open:
            self._none_open.set()

    async def close(self) -> None:
        """End all, and wait for the mails that are being taken, a few seconds at most."""
        for connection in list(self._open):
            connection.end(replies.GOING_DOWN)
        try:
            async with asyncio.timeout(_FINISH_WITHIN):
                await self._none_open.wait()
        except TimeoutError:
            for connection in list(self._open):
                connection.abort()

    def _make_room(self) -> bool:
        counts = Counter(connection.address for connection in self._open)
        waiting = [connection for connection in self._open if not connection.is_served]
        if not waiting:
            return False
        longest = min(waiting, key=lambda connection: (-counts[connection.address], connection.since))
        longest.end(replies.MADE_ROOM)
        self.left(longest)
        return True


class _Refusal(asyncio.Protocol):
    """Tells a client to come again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(f"{replies.MADE_ROOM}\r\n".encode())
        transport.close()
