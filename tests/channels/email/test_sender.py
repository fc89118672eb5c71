import asyncio
import logging
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from tests.channels.email.mail import TO, received, sender_to

from tocsin.channels.email.receiver import MailFault, MailReceiver
from tocsin.channels.email.sender import EmailSender
from tocsin.channels.email.smtp import parse_smtp_url
from tocsin.channels.page import Destination
from tocsin.errors import DeliveryFailed


async def refused(sender, page, to=TO):
    with pytest.raises(DeliveryFailed) as caught:
        await sender.send(to, page)
    return caught.value


async def test_the_receipt_holds_the_servers_reply(sender, make_page):
    assert "kept as 1" in ((await sender.send(TO, make_page())).reference or "")


@pytest.mark.parametrize(
    ("fault", "permanent", "words"),
    [
        (MailFault.REFUSE_SENDER, False, "refused us: 550 5.7.1 Sender not allowed"),
        (MailFault.REFUSE_RECIPIENT, True, "refused the recipient: 550 5.1.1 No such user here"),
        (MailFault.DEFER_RECIPIENT, False, "refused the recipient: 451 4.7.1 Try again later"),
        (MailFault.REFUSE_CONTENT, True, "refused the message: 554 5.6.0 Message refused"),
        (MailFault.DROP_AFTER_DATA, False, "was lost before it accepted the message"),
    ],
)
async def test_a_fault_says_whether_retrying_helps(mailbox, make_page, fault, permanent, words):
    sender = sender_to(mailbox.url)
    mailbox.script(fault)
    error = await refused(sender, make_page())
    assert error.permanent is permanent
    assert words in error.reason
    assert mailbox.messages == ()
    assert await received(sender, mailbox, make_page())


async def test_a_closed_port_is_worth_retrying(mailbox, make_page, unused_tcp_port):
    error = await refused(sender_to(f"smtp://127.0.0.1:{unused_tcp_port}"), make_page())
    assert error.reason == f"no connection to the SMTP server 127.0.0.1:{unused_tcp_port}: Connection refused"
    assert not error.permanent


async def test_a_server_that_never_greets_ends_at_the_time_limit(webhooks, make_page):
    url = webhooks.url.replace("http:", "smtp:").removesuffix("/page")
    error = await refused(sender_to(url, timedelta(seconds=0.2)), make_page())
    assert error.reason == f"the SMTP server {url.removeprefix('smtp://')} did not answer within 0.2 s"
    assert not error.permanent


async def test_a_server_that_hangs_up_after_accepting_has_accepted(make_page):
    async def serve(reader, writer):
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line == b"DATA\r\n":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 queued as ABC\r\n")
                break
            writer.write(b"250 ok\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        receipt = await sender_to(f"smtp://127.0.0.1:{port}").send(TO, make_page())
    assert receipt.reference == "queued as ABC"


def serving(refusals=None):
    """An SMTP server that never answers QUIT; ``refusals`` are its replies to commands other than 250 and 354."""

    async def serve(reader, writer):
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            command = line.split()[0].decode().upper()
            if command == "QUIT":
                await reader.read()
            elif refusal := (refusals or {}).get(command):
                writer.write(f"{refusal}\r\n".encode())
            elif command == "DATA":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 queued as ABC\r\n")
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    return asyncio.start_server(serve, "127.0.0.1", 0)


def sender_at(server, timeout):
    return sender_to(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout)


async def test_a_server_that_never_answers_the_goodbye_has_accepted(make_page):
    async with await serving() as server:
        receipt = await asyncio.wait_for(sender_at(server, timedelta(seconds=3)).send(TO, make_page()), 2.5)
    assert receipt.reference == "queued as ABC"


async def test_a_server_that_never_answers_the_goodbye_has_refused(make_page):
    async with await serving({"RCPT": "550 5.1.1 no"}) as server:
        error = await refused(sender_at(server, timedelta(seconds=3)), make_page())
    assert error.permanent
    assert error.reason.endswith("refused the recipient: 550 5.1.1 no")


@pytest.mark.parametrize(
    ("command", "said"),
    [("RCPT", "refused the recipient: "), ("DATA", "refused the message: "), ("MAIL", "refused us: ")],
)
@pytest.mark.parametrize("address", ["ann.priv@example.org", "ann.priv@münchen.example"])
async def test_a_refusal_does_not_tell_the_address(make_page, command, said, address):
    ascii_form = address.replace("münchen", "xn--mnchen-3ya")
    reply = f"550 5.1.1 <{ascii_form.title()}>: rejected, {'x' * 150} {ascii_form} no"
    async with await serving({command: reply}) as server:
        error = await refused(sender_at(server, timedelta(seconds=5)), make_page(), Destination("email", address))
    assert f"{said}550 5.1.1 <the address>: rejected" in error.reason
    assert "ann" not in error.reason.lower()


async def test_required_encryption_is_not_given_up(mailbox, make_page):
    settings = parse_smtp_url(f"{mailbox.url}?starttls=required")
    error = await refused(EmailSender(settings), make_page())
    assert "STARTTLS" in error.reason
    assert not error.permanent
    assert mailbox.messages == ()


@pytest.mark.parametrize(("starttls", "delivered"), [("required", False), ("if-offered", True)])
async def test_a_certificate_is_checked_where_encryption_is_required(make_page, starttls, delivered):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    async with MailReceiver(context) as mailbox:
        sender = EmailSender(parse_smtp_url(f"{mailbox.url}?starttls={starttls}"))
        if delivered:
            await sender.send(TO, make_page())
        else:
            error = await refused(sender, make_page())
            assert "its certificate was not accepted, self-signed certificate" in error.reason
            assert not error.permanent
        assert len(mailbox.messages) == delivered


async def test_no_error_or_log_holds_the_password(mailbox, make_page, caplog):
    caplog.set_level(logging.DEBUG)
    url = mailbox.url.replace("smtp://", "smtp://ada:hunter2@") + "?starttls=if-offered"
    settings = parse_smtp_url(url)
    error = await refused(EmailSender(settings), make_page())
    assert not error.permanent
    assert "hunter2" not in error.reason + repr(settings) + caplog.text


@pytest.mark.parametrize("address", ["", "ada", "a@b\r\nRCPT TO:<eve@x>", "<ada@example.org>", "a b@example.org"])
async def test_an_invalid_address_is_permanent(sender, mailbox, make_page, address):
    assert (await refused(sender, make_page(), Destination("email", address))).permanent
    assert mailbox.messages == ()


async def test_an_address_outside_ascii_is_delivered_where_the_server_can(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(), Destination("email", "jürgen@example.org"))
    assert mail.recipients == ("jürgen@example.org",)


async def test_an_international_domain_is_sent_in_ascii(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(), Destination("email", "ada@münchen.example"))
    assert mail.recipients == ("ada@xn--mnchen-3ya.example",)
