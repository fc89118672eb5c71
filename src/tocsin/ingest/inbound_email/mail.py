"""A mail as people read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.ingest.inbound_email.automatic import automatic_answer
from tocsin.ingest.inbound_email.mime import header, parse_message, read_body

_IMPORTANCE = ("importance", "x-priority", "priority")
_LOW = re.compile(r"\s*(low|[45]\b|non-urgent)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_COMMENT = re.compile(r"\([^()]*\)")
_MOST_RELAYS = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. ``is_low``: its sender has marked it as less important. ``goes_round``: it never arrives.

    ``automatic``: it answers another by itself, and by what it shows that.
    """

    subject: str
    sender: str
    text: str
    attachments: Sequence[str]
    is_html: bool
    is_low: bool
    goes_round: bool
    automatic: str | None


def read_mail(raw: bytes, sender: str | None = None) -> Mail:
    """Read any bytes; what is no mail is one without headers. ``sender`` is that of the envelope, where it is known."""
    message = parse_message(raw)
    body = read_body(message)
    return Mail(
        subject=header(message, "subject"),
        sender=_address(header(message, "from")),
        text=body.text,
        attachments=body.attachments,
        is_html=body.is_html,
        is_low=any(_LOW.match(header(message, name)) for name in _IMPORTANCE),
        goes_round=bool(header(message, "x-tocsin-page-id")) or _relays(message.keys()) > _MOST_RELAYS,
        automatic=automatic_answer(message, sender),
    )


def _address(sender: str) -> str:
    """The address in a From header, without the name and comments around it."""
    in_brackets = _IN_BRACKETS.findall(sender)
    return in_brackets[-1] if in_brackets else _COMMENT.sub("", sender).strip()


def _relays(names: Sequence[str]) -> int:
    """How many servers have handed the mail on."""
    return sum(name.lower() == "received" for name in names)
