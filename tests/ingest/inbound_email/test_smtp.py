"""Mail by SMTP: committed before it is answered 250, and refused by the codes that mail servers act upon."""

import asyncio
import smtplib
import ssl
from pathlib import Path

import pytest
from tests.fixtures.factories import Factory
from tests.ingest.inbound_email import mails
from tests.ingest.inbound_email.conftest import DOMAIN, MailServer, as_sent, serving_mail

from tocsin.db.pool import Pool
from tocsin.domain.dedup_key import user_key
from tocsin.errors import ConfigurationError
from tocsin.ingest.inbound_email.smtp.server import tls_context
from tocsin.ingest.rate_limit import RateLimit
from tocsin.ingest.replay import replay
from tocsin.settings import Settings
from tocsin.store.actor import Actor, acting
from tocsin.store.services.services import Service

CERTIFICATE = Path(__file__).parents[2] / "channels" / "email" / "self_signed.pem"


async def reply_to(server: MailServer, *recipients: str, mail: bytes = mails.CRON) -> tuple[int, bytes]:
    """What is answered in the end: to the last recipient that is refused, else to the mail."""

    def talk(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.ehlo("db1")
        client.mail("root@db1")
        for recipient in recipients:
            code, text = client.rcpt(recipient)
            if code != 250:
                return code, text
        return client.data(as_sent(mail))

    return await server.session(talk)


async def test_a_mail_is_committed_as_it_came_but_for_its_key(server: MailServer, service: Service) -> None:
    mail = mails.NAGIOS.replace(b"***@", f"{server.token.upper()}@".encode())
    await server.send(mail, server.address(), sender="")
    (alert,) = await server.alerts()
    assert (alert["summary"], alert["severity"]) == ("** PROBLEM Service Alert: db1/Disk is WARNING **", "warning")
    (payload,) = await server.payloads()
    assert payload["body"] == as_sent(mails.NAGIOS)
    assert (payload["path"], payload["content_type"], payload["outcome"]) == ("smtp", "message/rfc822", "accepted")
    assert payload["query"] == b"token=***&dedup=&from=%3C%3E"
    assert payload["service_id"] == service.id


async def test_each_recipient_is_a_key_with_its_alert(server: MailServer, make: Factory, service: Service) -> None:
    other = await make.integration_key(service, key_type="inbound_email")
    await server.send(mails.CRON, server.address("backup"), f"{other}@[127.0.0.1]", server.address("backup"))
    first, second = await server.alerts()
    assert first["dedup_key"] == user_key("backup")
    assert (first["count"], second["count"]) == (1, 1)


async def test_whom_there_is_not_is_refused(server: MailServer, make: Factory, service: Service) -> None:
    generic = await make.integration_key(service)
    replies = [
        await reply_to(server, recipient)
        for recipient in (
            f"{'0' * 32}@{DOMAIN}",
            f"root@{DOMAIN}",
            "ann@example.com",
            f"{generic}@{DOMAIN}",
            "postmaster",
        )
    ]
    assert [(code, text[:5]) for code, text in replies] == [
        (550, b"5.1.1"),
        (550, b"5.1.1"),
        (550, b"5.7.1"),
        (550, b"5.7.1"),
        (550, b"5.1.1"),
    ]
    guesses = [f"RCPT TO:<{number:032x}@{DOMAIN}>".encode() for number in range(20)]
    answers = await server.say(b"HELO a", b"MAIL FROM:<>", *guesses)
    assert [answer[:3] for answer in answers[3:]] == ["550"] * 10 + ["421"]


async def test_what_says_nothing_waits_in_quarantine_until_it_is_replayed(server: MailServer) -> None:
    code, text = await reply_to(server, server.address("d"), mail=b"From: a@b\n\n")
    assert (code, text[:5]) == (554, b"5.6.0")
    (payload,) = await server.payloads()
    assert payload["outcome"] == "quarantined"
    await server.pool.execute("update received_payloads set body = $1", b"Subject: Disk\r\n\r\n")
    ann = Actor("user", None, "Ann")
    async with acting(server.pool, ann) as connection:
        await replay(connection, payload["integration_key_id"], payload["id"], ann)
    (alert,) = await server.alerts()
    assert (alert["summary"], alert["dedup_key"]) == ("Disk", user_key("d"))


async def test_a_mail_that_is_too_large_is_refused(server: MailServer) -> None:
    def declared(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.ehlo("db1")
        assert client.esmtp_features["size"] == "20000"
        return client.mail("root@db1", ["size=20001"])

    assert (await server.session(declared))[0] == 552
    assert (await reply_to(server, server.address(), mail=b"Subject: a\n\n" + b"x\n" * 10_000))[0] == 552
    assert (await reply_to(server, server.address(), mail=b"Subject: a\n\n" + b"x" * 15_000))[0] == 250  # one line
    start = [b"HELO a", b"MAIL FROM:<>", f"RCPT TO:<{server.address()}>".encode(), b"DATA"]
    assert (await server.say(*start, b"x" * 500_000))[-1].startswith("552")
    assert len(await server.payloads()) == 1


async def test_a_database_that_is_away_lets_the_sender_try_again(pool: Pool, server: MailServer) -> None:
    await pool.execute("alter table received_payloads rename to elsewhere")
    assert (await reply_to(server, server.address()))[0] == 451  # an error of ours
    await pool.execute("alter table elsewhere rename to received_payloads")
    pool.terminate()
    code, text = await reply_to(server, server.address())
    assert (code, text[:5]) == (451, b"4.3.0")
    assert b"try again" in text


async def test_a_key_that_sends_too_much_is_told_to_wait(pool: Pool, token: str) -> None:
    settings = Settings(mail_listen="127.0.0.1:25", mail_domain=DOMAIN)
    async with serving_mail(pool, settings, token, RateLimit(rate=0.001, burst=1)) as server:
        assert (await reply_to(server, server.address()))[0] == 250
        code, text = await reply_to(server, server.address())
        assert (code, text[:5]) == (452, b"4.7.1")


async def test_hostile_clients_are_answered_and_leave_no_trace(server: MailServer, token: str) -> None:
    rubbish = (b"\0" * 100, b"EHLO", b"MAIL FROM:<((((((>", b"RCPT TO:<a>", b"\xff\xfe", b"DATA", b"EHLO x" * 400)
    answers = await server.say(*rubbish, *[b"BOGUS"] * 5)
    assert {answer[:3] for answer in answers} <= {"220", "500", "501", "502", "503", "553"}
    assert await server.say(b"x" * 100_000) == [f"220 {DOMAIN} Tocsin", "552 5.3.4 the mail is larger than 20000 bytes"]
    pipelined = [
        b"EHLO a",
        b"MAIL FROM:<>",
        f"RCPT TO:<{token}@x>".encode(),
        b"DATA",
        as_sent(mails.CRON),
        b".",
    ]
    answers = await server.say(*pipelined, b"VRFY root", b"QUIT")
    assert [answer[:3] for answer in answers[-3:]] == ["250", "252", "221"]
    assert not any("AUTH" in answer for answer in answers)
    assert len(await server.alerts()) == 1


async def test_silent_clients_make_room_for_others(pool: Pool, token: str) -> None:
    settings = Settings(mail_listen="127.0.0.1:25", mail_domain=DOMAIN, mail_connections=3)
    async with serving_mail(pool, settings, token) as server:
        silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
        for reader, _ in silent:
            assert (await reader.readline()).startswith(b"220")
        await server.send(mails.CRON)
        assert (await silent[0][0].read()).startswith(b"421")
        for _, writer in silent[1:]:
            writer.write(b"NOOP\r\n")
        assert [(await reader.readline())[:3] for reader, _ in silent[1:]] == [b"250", b"250"]
    assert [(await reader.read())[:3] for reader, _ in silent[1:]] == [b"421", b"421"]  # the server goes down


async def test_mail_may_come_encrypted(pool: Pool, token: str) -> None:
    settings = Settings(mail_listen="127.0.0.1:25", mail_domain=DOMAIN, mail_tls_certificate=CERTIFICATE)

    def encrypted(client: smtplib.SMTP) -> object:
        client.starttls(context=ssl._create_unverified_context())
        client.ehlo()
        assert not client.has_extn("auth")
        return client.sendmail("a@b", [f"{token}@x"], as_sent(mails.CRON))

    async with serving_mail(pool, settings, token) as server:
        assert await server.session(encrypted) == {}
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"STARTTLS\r\n")
        await reader.readuntil(b"TLS\r\n")
        writer.write(b"this is no handshake\r\n" * 100)
        await reader.read()
        assert len(await server.alerts()) == 1


def test_a_certificate_that_cannot_be_used_is_said_at_the_start(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.pem", "No such file"), (Path(__file__), "PEM")):
        with pytest.raises(ConfigurationError, match=f"TOCSIN_MAIL_TLS_CERTIFICATE.*{reason}"):
            tls_context(Settings(mail_tls_certificate=path))
