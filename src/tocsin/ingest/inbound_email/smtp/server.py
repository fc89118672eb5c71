"""The SMTP server, from the settings to a listening socket."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.errors import ConfigurationError
from tocsin.ingest.inbound_email.address import domain_of
from tocsin.ingest.inbound_email.smtp.connection import MailLimits
from tocsin.ingest.inbound_email.smtp.connections import MailConnections
from tocsin.ingest.inbound_email.smtp.handler import MailHandler
from tocsin.ingest.intake import Intake
from tocsin.settings import Settings


@asynccontextmanager
async def mail_server(settings: Settings, intake: Intake, listening: socket.socket) -> AsyncIterator[None]:
    """Mail is taken on the socket for as long as the block runs; what is being taken at its end is answered.

    Raises ConfigurationError when the certificate cannot be used.
    """
    domain = domain_of(settings)
    limits = MailLimits(settings.mail_connections, settings.mail_max_bytes)
    connections = MailConnections(limits, MailHandler(intake, domain), domain, tls_context(settings))
    server = await asyncio.get_running_loop().create_server(connections.accept, sock=listening)
    try:
        yield
    finally:
        server.close()
        await connections.close()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The certificate for STARTTLS; None when none is set. Raises ConfigurationError."""
    certificate, key = settings.mail_tls_certificate, settings.mail_tls_key
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"cannot use {certificate} (TOCSIN_MAIL_TLS_CERTIFICATE): {reason}") from error
    return context
