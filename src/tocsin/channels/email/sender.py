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
from email import policy
from email.headerregistry import Address, AddressHeader, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import Policy
from email.utils import localtime
from typing import Any, cast

import aiosmtplib
from aiosmtplib import SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException

from tocsin.channels.email.address import check_email
from tocsin.channels.email.encoded_words import mailbox_lines, text_lines
from tocsin.channels.email.smtp import Encryption, SmtpSettings, default_port, parse_smtp_url
from tocsin.channels.kit.causes import connection_cause, place
from tocsin.channels.kit.plain_text import one_line
from tocsin.channels.kit.rendering import render, subject, text
from tocsin.channels.page import Destination, Page, Receipt
from tocsin.errors import DeliveryFailed

__all__ = ["EmailSender", "SmtpSettings", "compose", "parse_smtp_url"]

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


class _Whole(UnstructuredHeader, BaseHeader):
    """A header on one line whatever its length: folding would encode a long word, and no program could match it."""

    def fold(self, *, policy: "Policy[Message]") -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Text(UnstructuredHeader, BaseHeader):
    """A header of people's text, which is kept as it is: nothing in it is taken for an encoded word."""

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"], kwds["decoded"] = None, value

    def fold(self, *, policy: "Policy[Message]") -> str:
        return "".join(line + policy.linesep for line in text_lines(self.name, str(self)))


class _Mailbox(AddressHeader):
    """A header that holds one address. The registry adds BaseHeader, and so the name."""

    name: str

    def fold(self, *, policy: "Policy[Message]") -> str:
        (address,) = self.addresses
        lines = mailbox_lines(self.name, one_line(address.display_name), address.addr_spec)
        return "".join(line + policy.linesep for line in lines)


# Kept with the message, since whoever sends it folds its lines by a policy of their own.
_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Text)
_HEADERS.map_to_type("from", cast("type[BaseHeader]", _Mailbox))
_HEADERS.map_to_type("to", cast("type[BaseHeader]", _Mailbox))
for _name in ("in-reply-to", "references", "x-tocsin-page-id", "x-tocsin-alert-id", "x-tocsin-idempotency-key"):
    _HEADERS.map_to_type(_name, _Whole)
_POLICY = policy.default.clone(header_factory=_HEADERS)


def compose(sender: Address, recipient: Address, page: Page) -> EmailMessage:
    """Return the mail for a page, as text and HTML. No field can add a header: all are made one line."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject(page)
    message["Date"] = localtime()
    message["Message-ID"] = f"<page.{page.page_id}@{_domain(sender)}>"
    _add_thread(message, sender, page)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Tocsin-Page-Id"] = str(page.page_id)
    if page.kind != "engine":
        message["X-Tocsin-Alert-Id"] = str(page.alert_id)
    message["X-Tocsin-Idempotency-Key"] = _ascii(page.idempotency_key)
    message.set_content(text(page), cte="quoted-printable")
    message.add_alternative(html(page), subtype="html", cte="quoted-printable")
    return message


def html(page: Page) -> str:
    """Return the page as an HTML mail: one column, no script, no picture, nothing loaded from elsewhere."""
    return render("tocsin.channels.email", "page.html.j2", page)


def _add_thread(message: EmailMessage, sender: Address, page: Page) -> None:
    """Let mail programs show all pages of one alert together."""
    if page.kind == "alert":
        root = f"<alert.{page.alert_id}.{page.service_id}@{_domain(sender)}>"
        message["In-Reply-To"] = root
        message["References"] = root


def _place(settings: SmtpSettings) -> str:
    return place(settings.host, settings.port, default_port(tls=settings.encryption is Encryption.TLS))


def _ascii(value: str) -> str:
    return one_line(value).encode("ascii", "replace").decode()


def _domain(sender: Address) -> str:
    return sender.domain.encode("idna").decode()


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
