"""What a mail is made of: its text for people, and the names of what is attached. Nothing that is sent raises.

The lenient parser of the standard library is used: that of `email.policy.default` raises for broken headers, and takes
a quarter of a minute for some that are long.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

from tocsin.ingest.inbound_email.encoded_words import header_text
from tocsin.ingest.inbound_email.html_text import html_text
from tocsin.ingest.inbound_email.text_charset import read_text

MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class MailBody:
    """The text, and what else there is, by its name and type. ``is_html``: there was no other text."""

    text: str
    attachments: Sequence[str]
    is_html: bool


def parse_message(raw: bytes) -> Message:
    """Headers and parts; what has too many parts, or nests them too deep, is one text."""
    if raw.count(b"\n--") <= 2 * MOST_PARTS:
        with suppress(RecursionError):
            return BytesParser(policy=compat32).parsebytes(raw)
    return BytesHeaderParser(policy=compat32).parsebytes(raw)


def header(message: Message, name: str) -> str:
    """The text of the first header of that name; empty when there is none."""
    found = (str(value) for given, value in message.raw_items() if given.lower() == name)
    return header_text(next(found, ""))


def read_body(message: Message) -> MailBody:
    """The text for people: what is plain, else what is HTML."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[str] = []
    for part in _leaves(message):
        kind, name = part.get_content_type(), _file_name(part)
        is_attached = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not is_attached:
            plain.append(_text(part))
        elif kind == "text/html" and not is_attached:
            html.append(html_text(_text(part)))
        elif part.get_content_maintype() == "multipart":  # it names no boundary, or one that does not come
            plain.append(_text(part))
        else:
            attachments.append(f"{name} ({kind})" if name else kind)
    text = _joined(plain)
    return MailBody(text or _joined(html), attachments, is_html=not text and bool(_joined(html)))


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(filter(None, (text.strip() for text in texts)))


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in their order; a mail within the mail is one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        # Text is not asked for by get_payload, which fails at odd charsets.
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list) and part.get_content_maintype() == "multipart":
            waiting.extend(one for one in reversed(inner) if isinstance(one, Message))
        else:
            yield part


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    text = read_text(data, _charset(part)) if isinstance(data, bytes) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _file_name(part: Message) -> str:
    try:
        given = part.get_filename("")
    except (ValueError, LookupError, TypeError, AttributeError):
        return "a file"
    return header_text(given).replace("\n", " ")[:255]
