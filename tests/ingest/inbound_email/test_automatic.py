"""Mails that programs send by themselves in answer to others: they page nobody, and no alert is taken for one."""

import pytest
from starlette.datastructures import Headers
from tests.ingest.inbound_email import mails

from tocsin.errors import Unmapped
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.message_format import RawRequest, Submission

BOUNCE = (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\nSubject: Undelivered\n\n--b\n\nx\n--b--"
)
ANSWERS = {
    "vacation": (b"Auto-Submitted: auto-replied (vacation)\nSubject: Away\n\nI am back on Monday", None),
    "precedence": (b"Precedence: auto_reply\nSubject: Away\n\n", "ann@example.org"),
    "autoresponder": (b"X-Autoreply: yes\nSubject: Thank you for your mail\n\n", None),
    "exchange": (b"Auto-Submitted: auto-generated\nIn-Reply-To: <a@b>\nSubject: Automatic reply: DOWN: a\n\n", "<>"),
    "bounce": (BOUNCE, None),
    "read receipt": (BOUNCE.replace(b"delivery-status", b"disposition-notification"), "ann@example.org"),
    "exim": (b"X-Failed-Recipients: ann@example.org\nSubject: Mail delivery failed\n\n", None),
    "qmail": (b"From: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\n", "<>"),
}
ALERTS = {
    "cron": (mails.CRON, "root@db1"),
    "cron from nobody": (mails.CRON, "<>"),
    "nagios from nobody": (mails.NAGIOS, "<>"),
    "a thread": (b"Auto-Submitted: auto-generated\nReferences: <a@b>\nSubject: DOWN: a\n\n", "sentry@example.org"),
    "from a postmaster": (b"From: postmaster@example.org\nSubject: queue is long\n\n", "postmaster@example.org"),
    "not automatic": (b"Auto-Submitted: no\nX-Autoreply: no\nIn-Reply-To: <a@b>\nSubject: help\n\n", "<>"),
    "a report of another kind": (BOUNCE.replace(b"delivery-status", b"feedback-report"), None),
}


def read(mail: bytes, sender: str | None) -> Submission:
    query = b"" if sender is None else b"from=" + sender.encode()
    return INBOUND_EMAIL.read(RawRequest(query, Headers(), mail))


@pytest.mark.parametrize(("mail", "sender"), ANSWERS.values(), ids=ANSWERS)
def test_an_automatic_answer_is_kept_in_quarantine_and_accepted(mail: bytes, sender: str | None) -> None:
    messages = read(mail, sender).messages
    assert isinstance(messages, Unmapped)  # so that it is answered 250, and no bounce meets a bounce
    assert "automatic answer, which pages nobody" in str(messages)


@pytest.mark.parametrize(("mail", "sender"), ALERTS.values(), ids=ALERTS)
def test_what_monitoring_sends_by_itself_is_none(mail: bytes, sender: str | None) -> None:
    (message,) = read(mail, sender).by_options({})
    assert message
