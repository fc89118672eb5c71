"""What a mail asks for. Pure: a mail in, a message out.

The summary is its subject, and the details are its text. Which alert is meant, what follows ``+`` in the address says;
else the subject, without its state where it has one; else subject and text together, as everywhere.
"""

import re

from tocsin.domain.severity import read_severity
from tocsin.errors import FieldError, InvalidInput, Unmapped
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.inbound_email.mail import Mail
from tocsin.ingest.inbound_email.subject import SubjectState, read_subject
from tocsin.ingest.labels import fit_labels
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import KeyOption, KeyOptions, Message
from tocsin.ingest.text import shorten
from tocsin.store.alerts.notes import MOST_CHARACTERS

MOST_DETAILS = 100_000

CLOSING = KeyOption(
    "closing",
    "Mails that close",
    {"subject": "those whose subject says RECOVERY, RESOLVED, OK or the like", "never": "none: every mail raises"},
)

_SEVERITY_LINE = re.compile(r"(?im)^[ \t]*severity[ \t]*[:=][ \t]*(\w[\w -]{0,30}?)[ \t]*$")


def check(mail: Mail) -> None:
    """Raise InvalidInput when the mail says nothing, or goes round in a circle; Unmapped when it is an answer that a
    program gave by itself, and about which its sender can do nothing.
    """
    if mail.goes_round:
        raise InvalidInput(FieldError("mail", "is a page of Tocsin's own, or was handed on too often: it goes round"))
    if mail.automatic:
        raise Unmapped(FieldError("mail", f"is an automatic answer, which pages nobody: {mail.automatic}"))
    if not (mail.subject or mail.text or mail.attachments):
        raise InvalidInput(FieldError("mail", "has neither a subject nor a text"))


def message_of(mail: Mail, dedup: str, options: KeyOptions) -> Message:
    """The message of a mail that has something to say. ``dedup`` is what its address says."""
    mender = Mender()
    state = read_subject(mail.subject) if options.get("closing") != "never" else None
    named = fit_dedup(mender, dedup) or fit_dedup(mender, state.about if state else "", "subject")
    alert = compose_alert(
        mender,
        summary=mender.line("subject", mail.subject),
        details=_details(mender, mail),
        severity=_severity(mail, state),
        labels=fit_labels(mender, "from", [("from", mail.sender)] if mail.sender else []),
        dedup=named,
        unnamed=f"A mail with {mail.attachments[0]}" if mail.attachments else "A mail",
    )
    action = state.action if state else "trigger"
    note = shorten(f"{alert.summary}\n\n{alert.details}".rstrip(), MOST_CHARACTERS) if action == "note" else ""
    return Message(action, alert, note=note)


def _severity(mail: Mail, state: SubjectState | None) -> str:
    """The sender's word for it: in a line of the text, in the subject, or that the mail is less important."""
    line = _SEVERITY_LINE.search(mail.text[:MOST_DETAILS])
    words = [line[1] if line else "", state.word if state and state.action == "trigger" else ""]
    known = [word for word in words if word and read_severity(word).how != "unknown"]
    return known[0] if known else "low" if mail.is_low else ""


def _details(mender: Mender, mail: Mail) -> str:
    """The text, and what is attached."""
    text = mender.text("text", mail.text)
    if len(text) > MOST_DETAILS:
        mender.note("text", f"the first {MOST_DETAILS} of {len(text)} characters kept")
        text = text[:MOST_DETAILS]
    names = mender.first("attachments", [mender.line("attachments", name) for name in mail.attachments], 20, "names")
    return "\n\n".join(filter(None, (text, f"Attached: {', '.join(names)}" if names else "")))
