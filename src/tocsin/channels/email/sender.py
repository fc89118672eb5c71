"""Pages by mail, through one SMTP server.

A message is accepted when the server answers 250 to its content. A connection lost before that answer says
nothing, so the page is sent again; the Message-ID follows from the page's id, so that a mail store or a reader
recognises the repeat.
"""

import asyncio
import re
import socket
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException

from tocsin.channels.email.address import check_email
from tocsin.channels.email.message import compose
from tocsin.channels.email.smtp import Encryption, SmtpSettings, default_port
from tocsin.channels.kit.causes import connection_cause, place
from tocsin.channels.kit.plain_text import one_line
from tocsin.channels.page import Destination, Page, Receipt
from tocsin.errors import DeliveryFailed

REPLY_LIMIT = 200  # characters of a server's reply that are kept
GOODBYE = timedelta(seconds=1)


class EmailSender:
    """Hands mail to one SMTP server, one connection per message.

    ``timeout`` bounds a send as a whole, from the connection to the reply after the content.
    """

    def __init__(self, settings: SmtpSettings, timeout: timedelta = timedelta(seconds=20)) -> None:
        self._settings = settings
        self._timeout = timeout

    async def send(self, destination: Destination, page: Page) -> Receipt:
        """Hand the page over; the receipt holds the server's reply, which usually names its queue id.

        No reply is passed on with the recipient's address: more people may read it than may see the address.
        Raises DeliveryFailed, permanent when the server refuses the recipient or the content for good (5xx).
        Refusing us (sign-in, sender, encryption) is not permanent: an administrator can mend it meanwhile.
        """
        message = compose(self._settings.sender, _recipient(destination.address), page)
        server = f"the SMTP server {_place(self._settings)}"
        address = destination.address
        client = self._client()
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                await client.connect()
                return Receipt(reference=_quoted(await _hand_over(client, message, server, address), address))
        except TimeoutError as error:  # aiosmtplib's own time-outs are TimeoutErrors too
            client.close()
            seconds = self._timeout.total_seconds()
            raise DeliveryFailed(f"{server} did not answer within {seconds:g} s") from error
        except SMTPResponseException as error:
            raise DeliveryFailed(f"{server} refused us: {_reply(error, address)}") from error
        except (SMTPException, OSError, ValueError) as error:
            raise DeliveryFailed(_lost(server, error, address)) from error
        finally:
            await _leave(client)

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password,
            local_hostname=socket.gethostname(),  # the default asks DNS, and blocks meanwhile
            timeout=self._timeout.total_seconds(),
            use_tls=settings.encryption is Encryption.TLS,
            start_tls=_start_tls(settings.encryption),
            validate_certs=settings.encryption is not Encryption.IF_OFFERED,
        )


async def _hand_over(client: aiosmtplib.SMTP, message: EmailMessage, server: str, address: str) -> str:
    """Send the message; return the server's reply to it."""
    try:
        _, reply = await client.send_message(message)
    except SMTPRecipientsRefused as error:
        raise _refused(f"{server} refused the recipient", error.recipients[0], address) from error
    except aiosmtplib.SMTPDataError as error:
        raise _refused(f"{server} refused the message", error, address) from error
    except SMTPNotSupported as error:
        raise DeliveryFailed(f"{server} cannot carry this address", permanent=True) from error
    return reply


async def _leave(client: aiosmtplib.SMTP) -> None:
    """End the connection, with a goodbye if the server takes it soon. Its failure changes nothing: all was said."""
    try:
        if client.is_connected:
            async with asyncio.timeout(GOODBYE.total_seconds()):
                await client.quit()
    except (SMTPException, OSError):
        pass
    finally:
        client.close()


def _place(settings: SmtpSettings) -> str:
    return place(settings.host, settings.port, default_port(tls=settings.encryption is Encryption.TLS))


def _recipient(address: str) -> Address:
    """Return the address, its domain in ASCII: only a local part may need a server that speaks SMTPUTF8."""
    try:
        local, _, domain = check_email(address).rpartition("@")
        return Address(username=local, domain=domain.encode("idna").decode())
    except ValueError as error:
        raise DeliveryFailed(str(error), permanent=True) from error


def _start_tls(encryption: Encryption) -> bool | None:
    """Return aiosmtplib's three-valued ``start_tls``, where None means if offered."""
    match encryption:
        case Encryption.REQUIRED:
            return True
        case Encryption.IF_OFFERED:
            return None
        case Encryption.NEVER | Encryption.TLS:
            return False


def _refused(what: str, error: SMTPResponseException, address: str) -> DeliveryFailed:
    return DeliveryFailed(f"{what}: {_reply(error, address)}", permanent=500 <= error.code < 600)


def _reply(error: SMTPResponseException, address: str) -> str:
    return f"{error.code} {_quoted(error.message, address)}"


def _quoted(reply: str, address: str) -> str:
    """A reply on one line, cut, with words in place of the recipient's address."""
    forms = (address, _recipient(address).addr_spec)
    return re.sub("|".join(map(re.escape, forms)), "the address", one_line(reply), flags=re.IGNORECASE)[:REPLY_LIMIT]


def _lost(server: str, error: Exception, address: str) -> str:
    match error:
        case aiosmtplib.SMTPConnectError() | ssl.SSLError():
            return f"no connection to {server}: {connection_cause(error)}"
        case aiosmtplib.SMTPServerDisconnected() | OSError():
            return f"the connection to {server} was lost before it accepted the message"
        case _:
            return f"{server}: {_quoted(str(error), address)}"
