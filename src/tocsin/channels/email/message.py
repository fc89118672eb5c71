"""The mail of a page: its headers, its text and its HTML."""

from email import policy
from email.headerregistry import Address, AddressHeader, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import Policy
from email.utils import localtime
from typing import Any, cast

from tocsin.channels.email.encoded_words import mailbox_lines, text_lines
from tocsin.channels.kit.plain_text import one_line
from tocsin.channels.kit.rendering import render, subject, text
from tocsin.channels.page import Page


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


def _ascii(value: str) -> str:
    return one_line(value).encode("ascii", "replace").decode()


def _domain(sender: Address) -> str:
    return sender.domain.encode("idna").decode()
