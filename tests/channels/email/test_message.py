"""What a mail holds, as a receiver reads it."""

from datetime import timedelta

import pytest
from tests.channels.email.mail import TO, received

from tocsin.channels.email.sender import EmailSender
from tocsin.channels.email.smtp import parse_smtp_url

PERSON = "01234567-89ab-4cde-8f01-23456789abcd"


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
