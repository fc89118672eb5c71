import asyncio
import logging
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.channels.email.receiver import MailFault, MailReceiver
from tocsin.channels.email.sender import EmailSender, parse_smtp_url
from tocsin.channels.page import Destination
from tocsin.errors import DeliveryFailed

TO = Destination("email", "ada@example.org")
PERSON = "01234567-89ab-4cde-8f01-23456789abcd"


def sender_to(url, timeout=timedelta(seconds=10)):
    return EmailSender(parse_smtp_url(f"{url}?from=Tocsin%20%3Ctocsin@oncall.example%3E"), timeout)


@pytest.fixture
def sender(mailbox):
    return sender_to(mailbox.url)


async def received(sender, mailbox, page, to=TO):
    await sender.send(to, page)
    return (await mailbox.wait_for(1))[-1]


async def refused(sender, page, to=TO):
    with pytest.raises(DeliveryFailed) as caught:
        await sender.send(to, page)
    return caught.value


async def test_the_message_has_text_and_html_with_summary_details_and_links(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page())
    assert mail.message.get_content_type() == "multipart/alternative"
    for part in (mail.text, mail.html):
        for needed in ("disk is full", "usage=97 %", "Shop", "/a/close", "/a/escalate", "/alerts/42"):
            assert needed in part
    assert "https://oncall.example.org/a/ack_1.x?s=1&t=2" in mail.text
    assert 'href="https://oncall.example.org/a/ack_1.x?s=1&amp;t=2"' in mail.html


async def test_the_envelope_names_sender_and_recipient(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page())
    assert (mail.sender, mail.recipients) == ("tocsin@oncall.example", ("ada@example.org",))
    assert mail.message["From"] == "Tocsin <tocsin@oncall.example>"


async def test_headers_let_programs_recognise_repeats_and_automatic_mail(sender, mailbox, make_page):
    page = make_page()
    message = (await received(sender, mailbox, page)).message
    assert message["Subject"] == "[CRITICAL] Shop: disk is full (#42)"
    assert message["Message-ID"] == f"<page.{page.page_id}@oncall.example>"
    assert message["In-Reply-To"] == message["References"] != message["Message-ID"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Tocsin-Idempotency-Key"] == "42:0:user:rule"


async def test_what_programs_compare_arrives_whole_whatever_its_length(mailbox, make_page):
    page = make_page(alert_id=1234567890, idempotency_key=f"1234567890:0:{PERSON}:{PERSON}")
    domain = f"{'very-' * 9}long-name.of-a.sub-domain.example"
    sender = EmailSender(parse_smtp_url(f"{mailbox.url}?from=tocsin@{domain}"), timedelta(seconds=10))
    raw = dict((await received(sender, mailbox, page)).message.raw_items())
    assert raw["X-Tocsin-Idempotency-Key"] == page.idempotency_key
    assert raw["X-Tocsin-Page-Id"] == str(page.page_id)
    assert raw["Message-ID"].split() == [f"<page.{page.page_id}@{domain}>"]
    assert raw["In-Reply-To"] == raw["References"] == f"<alert.1234567890.{page.service_id}@{domain}>"


@pytest.mark.parametrize("key", ["42:0:ärger:x", "42:0:\nX-Evil: 1"])
async def test_a_key_is_ascii_on_one_line_whatever_is_in_it(sender, mailbox, make_page, key):
    message = (await received(sender, mailbox, make_page(idempotency_key=key))).message
    raw = dict(message.raw_items())["X-Tocsin-Idempotency-Key"]
    assert raw.isascii()
    assert raw.startswith("42:0:")
    assert "\n" not in raw
    assert "X-Evil" not in message


async def test_two_pages_of_one_alert_share_a_thread_and_a_repeat_its_id(sender, mailbox, make_page):
    for page in (make_page(), make_page(), make_page(page_id=make_page().service_id)):
        await sender.send(TO, page)
    first, repeat, other = (mail.message for mail in await mailbox.wait_for(3))
    assert first["Message-ID"] == repeat["Message-ID"] != other["Message-ID"]
    assert first["References"] == other["References"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00", "\x1b"])
async def test_no_field_can_add_a_header(sender, mailbox, make_page, end):
    evil = f"disk{end}Bcc: eve@example.org{end}{end}<script>"
    page = make_page(summary=evil, service_name=evil, severity=evil, recipient=evil, idempotency_key=evil)
    mail = await received(sender, mailbox, page)
    assert mail.message["Bcc"] is None
    assert mail.recipients == ("ada@example.org",)
    assert "disk Bcc: eve@example.org <script>" in mail.message["Subject"]
    assert "<script>" not in mail.html


async def test_the_html_loads_nothing_from_elsewhere(sender, mailbox, make_page):
    html = (await received(sender, mailbox, make_page())).html
    for tag in ("<img", "<script", "<link", "src=", "url("):
        assert tag not in html


async def test_a_long_summary_is_cut_in_subject_and_heading_and_whole_below(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(summary="disk " * 400))
    assert len(mail.message["Subject"]) < 200
    assert mail.message["Subject"].endswith("… (#42)")
    assert mail.text.count("disk ") >= 399
    assert mail.html.index("…</h1>") < mail.html.index("Acknowledge") < mail.html.index("disk " * 399)


async def test_long_details_are_cut_and_both_parts_say_so(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(details="x" * 1_000_000))
    assert "[990000 more characters: https://oncall.example.org/alerts/42]" in mail.text
    assert "990000 more characters" in mail.html
    assert len(mail.html) < 50_000


async def test_text_in_any_script_arrives_whole_and_lone_surrogates_do_not_stop_it(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(summary="Überlauf 磁盘 🔥 \ud800"))
    assert "Überlauf 磁盘 🔥" in mail.message["Subject"]
    assert "Überlauf 磁盘 🔥" in mail.text


async def test_a_page_without_actions_has_no_buttons(sender, mailbox, make_page):
    mail = await received(sender, mailbox, make_page(actions=None, kind="test"))
    assert "Acknowledge" not in mail.text + mail.html
    assert "This is a test message" in mail.text
    assert "This is a test message" in mail.html
    assert mail.message["Subject"].startswith("[TEST] ")
    assert mail.message["References"] is None


async def test_a_message_about_the_engine_speaks_of_no_alert(sender, mailbox, make_page):
    page = make_page(kind="engine", alert_id=0, actions=None, service_name="Tocsin", summary="The engine is sick")
    mail = await received(sender, mailbox, page)
    assert mail.message["Subject"] == "[CRITICAL] Tocsin: The engine is sick"
    assert mail.message["X-Tocsin-Alert-Id"] is None
    for part in (mail.text, mail.html):
        assert "usage=97 %" in part
        assert "step 2" not in part
        assert "#42" not in part


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
