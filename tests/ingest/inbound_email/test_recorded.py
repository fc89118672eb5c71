"""What real senders mailed, as `make test-senders` has recorded it: one raises an alert, and the next closes it."""

import re
from pathlib import Path

import pytest
from tests.ingest.inbound_email.conftest import MailServer

_RECORDED = Path(__file__).with_name("recorded")


@pytest.mark.parametrize(
    ("sender", "alert"),
    [
        ("monit", ("monit alert --  Does not exist lock", "critical", "closed")),
        ("msmtp", ("Disk is full on db1", "critical", "closed")),
        ("nagios", ("** PROBLEM Service Alert: db1/Disk is CRITICAL **", "critical", "closed")),
    ],
)
async def test_what_was_recorded_is_taken_again(server: MailServer, sender: str, alert: tuple[str, str, str]) -> None:
    for number in (1, 2):
        mail = (_RECORDED / f"{sender}-{number}.eml").read_bytes()
        address = re.search(rb"^To: \*\*\*(\+\S+)?@", mail, re.MULTILINE)
        assert address
        await server.send(mail.replace(b"\r\n", b"\n"), server.address((address[1] or b"+")[1:].decode()))
    rows = await server.alerts()
    assert [(row["summary"], row["severity"], row["status"]) for row in rows] == [alert]
