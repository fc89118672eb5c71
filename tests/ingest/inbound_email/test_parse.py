"""What becomes of mails: a summary, details, a severity, and the alert that is meant."""

from dataclasses import dataclass

import pytest
from starlette.datastructures import Headers
from tests.ingest.inbound_email import mails

from tocsin.domain.dedup_key import auto_key, user_key
from tocsin.errors import InvalidInput
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.message_format import Message, RawRequest


def read(mail: bytes, query: bytes = b"", **options: str) -> Message:
    (message,) = INBOUND_EMAIL.read(RawRequest(query, Headers(), mail)).by_options(options)
    assert isinstance(message, Message)
    return message


@dataclass(frozen=True)
class Expected:
    mail: bytes
    summary: str
    details: str
    severity: str = "critical"
    dedup: str = ""
    sender: str = "root"


MAILS = {
    "nagios": Expected(
        mails.NAGIOS,
        "** PROBLEM Service Alert: db1/Disk is WARNING **",
        "***** Nagios *****\n\nNotification Type: PROBLEM\n\nService: Disk\nHost: db1\nState: WARNING",
        "warning",
        "service alert db1 disk",
        "nagios@mon1.example.org",
    ),
    "zabbix": Expected(
        mails.ZABBIX,
        "Problem: Disk is 92 % full",
        "Problem started at 10:00:00 on 2026.11.30\nProblem name: Disk is 92 % full\nHost: db1\nSeverity: High",
        "error",
        "disk is 92 full",
        "zabbix@example.org",
    ),
    "cron": Expected(
        mails.CRON,
        "Cron <root@db1> /usr/local/bin/backup",
        "rsync: connection unexpectedly closed (0 bytes received so far)",
        sender="root@db1",
    ),
    "ups": Expected(
        mails.APCUPSD, "db1 UPS ups1 Power Failure !!!", "db1 UPS ups1 Power Failure !!!\n  STATUS   : ONBATT"
    ),
    "synology": Expected(
        mails.SYNOLOGY,
        "[nas1] Volume 1 is degraded",
        "Volume 1 on nas1 is degraded – one drive has failed.",
        sender="nas1@example.org",
    ),
    "outlook": Expected(
        mails.OUTLOOK,
        "Printer",
        "The printer is on fire — see\n\nthe wiki (https://wiki.example.org/fire)\n\n"
        "Attached: winmail.dat (application/ms-tnef)",
        "info",
        sender="ann@example.org",
    ),
    "japanese": Expected(mails.JAPANESE, "ディスクが一杯です", "ディスクが一杯です", sender="kanshi@example.jp"),
    "latin 1": Expected(
        mails.LATIN_1,
        "Stromausfall im Gebäude 2",
        "Die Batterie hält noch 5 Minuten.",
        sender="usv@example.org",
    ),
    "a state at the end": Expected(b"From: root\nSubject: disk is DOWN\n\n", "disk is DOWN", "", dedup="disk"),
    "only a text": Expected(b"From: root\n\nDisk is full\non db1\n", "Disk is full", "Disk is full\non db1"),
    "no mail": Expected(b"\nDisk is full", "Disk is full", "Disk is full", sender=""),
    "an attachment": Expected(
        b'From: root\nContent-Type: image/png\nContent-Disposition: attachment; filename="=?utf-8?q?=C3=A4.png?="\n\nx',
        "Attached: ä.png (image/png)",
        "Attached: ä.png (image/png)",
    ),
    "words that are cut": Expected(
        b"From: root\nSubject: =?utf-8?b?w?= =?utf-8?B?w6Q=?= =?broken?x?y?= =?utf-8?q?=C3?=\n =?utf-8?q?=A4?=\n\n",
        "wä =?broken?x?y?=ä",
        "",
    ),
}


@pytest.mark.parametrize("expected", MAILS.values(), ids=MAILS)
def test_what_a_mail_says(expected: Expected) -> None:
    alert = read(expected.mail).alert
    key = user_key(expected.dedup) if expected.dedup else auto_key(alert.summary, alert.details)
    assert (alert.summary, alert.details, alert.severity) == (expected.summary, expected.details, expected.severity)
    assert alert.dedup_key == key
    assert alert.labels.get("from", "") == expected.sender


def test_lines_of_any_end_are_the_same_alert() -> None:
    assert read(mails.CRON.replace(b"\n", b"\r\n")).alert.dedup_key == read(mails.CRON).alert.dedup_key


def test_the_address_says_which_alert_is_meant() -> None:
    raised, closed = read(mails.CRON, b"dedup=db1%2Fbackup"), read(b"Subject: RESOLVED: all\n\n", b"dedup=db1%2Fbackup")
    assert raised.alert.dedup_key == closed.alert.dedup_key == user_key("db1/backup")
    assert (raised.action, closed.action) == ("trigger", "close")


def test_what_is_told_besides_problems_and_recoveries_is_a_note() -> None:
    raised, told = read(mails.NAGIOS), read(mails.NAGIOS.replace(b"** PROBLEM", b"Re: ** PROBLEM"))
    assert (told.action, told.alert.dedup_key) == ("note", raised.alert.dedup_key)
    assert told.note.startswith("Re: ** PROBLEM Service Alert: db1/Disk is WARNING **\n\n***** Nagios *****")


def test_a_key_may_let_no_mail_close() -> None:
    recovery = mails.NAGIOS.replace(b"PROBLEM", b"RECOVERY").replace(b"WARNING **", b"OK **")
    assert read(recovery).action == "close"
    assert read(recovery, closing="never").action == "trigger"


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"From: root\n\n",
        b"Subject: \n\n \n",
        mails.CRON.replace(b"X-Cron-Env", b"X-Tocsin-Page-Id"),
        b"Received: by a\n" * 101 + mails.CRON,
    ],
    ids=["empty", "nothing", "spaces", "a page of ours", "goes round"],
)
def test_what_says_nothing_or_goes_round_is_refused(mail: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(mail)


def test_a_long_text_is_cut_and_the_alert_says_so() -> None:
    alert = read(b"Subject: s\n\n" + b"x" * 150_000).alert
    assert len(alert.details) == 100_000
    assert alert.mended == ["text: the first 100000 of 150000 characters kept"]
