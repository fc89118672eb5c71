"""Mails that programs write by themselves in answer to others: that somebody is away, or that a mail did not arrive.

They report nothing that anybody could mend. What monitoring sends is written by programs, too, and often says so by
``Auto-Submitted: auto-generated``, or comes from an empty sender; so neither is enough alone.
"""

import re
from email.message import Message

_ANSWERS = {
    "auto-submitted": re.compile(r"\s*auto-replied\b", re.IGNORECASE),
    "precedence": re.compile(r"\s*auto[_-]?reply\b", re.IGNORECASE),
    "x-autoreply": re.compile(r"\s*(?!no\b)\S", re.IGNORECASE),
    "x-autorespond": re.compile(r"\s*\S"),
    "x-failed-recipients": re.compile(r"\s*\S"),
}
_REPORTS = frozenset({"delivery-status", "disposition-notification"})
_MAIL_SERVER = re.compile(r"\b(?:mailer-daemon|postmaster)\b", re.IGNORECASE)
_IN_ANSWER_TO = ("in-reply-to", "references")
_NOBODY = frozenset({"", "<>"})


def automatic_answer(message: Message, sender: str | None) -> str | None:
    """By what the mail shows itself to be such an answer; None when it is none.

    ``sender`` is that of the envelope, None when it is not known.
    """
    headers = {name.lower(): str(value) for name, value in reversed(list(message.raw_items()))}
    for name, answers in _ANSWERS.items():
        if answers.match(headers.get(name, "")):
            return f"{name.title()} in its headers"
    if message.get_content_type() == "multipart/report" and _report_type(message) in _REPORTS:
        return "it is a report on the delivery of a mail"
    if sender in _NOBODY and _MAIL_SERVER.search(headers.get("from", "")):
        return "a mail server has written it"
    is_generated = headers.get("auto-submitted", "no").strip().lower() != "no"
    if sender in _NOBODY and is_generated and any(headers.get(name) for name in _IN_ANSWER_TO):
        return "it comes from nobody in answer to a mail"
    return None


def _report_type(message: Message) -> str:
    try:
        return str(message.get_param("report-type", "")).lower()
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
