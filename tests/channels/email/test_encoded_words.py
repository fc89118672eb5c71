"""Subjects and names decode to themselves in every parser."""

import base64
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.channels.conftest import PAGE

from tocsin.channels.email.encoded_words import LINE, text_lines
from tocsin.channels.email.message import compose
from tocsin.channels.email.sender import EmailSender
from tocsin.channels.email.smtp import parse_smtp_url
from tocsin.channels.kit.plain_text import one_line
from tocsin.channels.kit.rendering import subject
from tocsin.channels.page import Destination

SENDER, RECIPIENT = Address("Tocsin", "tocsin", "example.org"), Address("", "ada", "example.org")

ONE_LINE = st.text(st.characters(codec="utf-8"), max_size=300).map(one_line).filter(bool)
TRICKY = st.lists(
    st.sampled_from(
        ["=?utf-8?q?hi?=", "=?", "?=", "데이터베이스", "naïve", "host:9100", '"x"', "“x”", "😀", "a" * 80, ","]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)


def make_page(summary):
    return replace(PAGE, summary=summary)


def by_default_policy(raw: bytes) -> str:
    return str(message_from_bytes(raw, policy=policy.default)["subject"])


def by_compat32(raw: bytes) -> str:
    return str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", message_from_bytes(raw)["subject"]))))


def by_the_rfc(raw: bytes) -> str:
    """RFC 5322 unfolds, RFC 2047 section 6.2 drops white space between encoded words. Written from their text."""
    head = re.sub(rb"\r?\n(?=[ \t])", b"", raw.partition(b"\n\n")[0]).decode("ascii")
    value = next(line for line in head.splitlines() if line.lower().startswith("subject:"))[9:]
    word = r"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?="
    joined = re.sub(rf"({word})\s+(?={word})", r"\1", value)
    return re.sub(word, lambda found: decoded_word(*found.groups()), joined)


def decoded_word(charset: str, encoding: str, text: str) -> str:
    assert encoding in "bB"
    return base64.b64decode(text, validate=True).decode(charset)  # fails on a character that was cut


@settings(max_examples=40)
@given(ONE_LINE | TRICKY)
@example("데이터베이스 서버가 응답하지 않습니다 지금 확인 바랍니다")
@example("CPU disk host:9100 … naïve Überlast “x”")
@example("=?utf-8?q?hi?=")
@example("x" * 900)
@example("a" * 74 + " b")
def test_every_subject_decodes_to_itself_in_three_parsers(summary):
    page = make_page(summary)
    raw = compose(SENDER, RECIPIENT, page).as_bytes()
    for parse in (by_default_policy, by_compat32, by_the_rfc):
        assert parse(raw) == subject(page), parse


@settings(max_examples=40)
@given(ONE_LINE | TRICKY)
def test_a_subject_takes_short_lines_of_whole_words(value):
    lines = text_lines("Subject", value)
    assert all(line.isascii() and len(line) <= LINE for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith("=?"))


@settings(max_examples=40)
@given(ONE_LINE | TRICKY)
@example('Ann "The Pager" Lee, on-call')
@example("오후 담당 Überlast <x>")
@example("back\\slash")
def test_every_name_decodes_to_itself(name):
    raw = compose(Address(name, "tocsin", "example.org"), RECIPIENT, make_page("x")).as_bytes()
    (address,) = message_from_bytes(raw, policy=policy.default)["from"].addresses
    assert address.addr_spec == "tocsin@example.org"
    if raw.partition(b"\nTo:")[0].count(b"=?utf-8?b?") <= 1:  # of several the standard library's parser makes words
        assert address.display_name == name
    shown, spec = parseaddr(re.sub(r"\r?\n(?=[ \t])", "", message_from_bytes(raw)["from"]))
    assert (str(make_header(decode_header(shown))), spec) == (name, "tocsin@example.org")


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\u2028Bcc: eve@example.org"]
)
def test_a_line_break_adds_no_header(name):
    page = make_page(name)
    parsed = message_from_bytes(compose(SENDER, RECIPIENT, page).as_bytes(), policy=policy.default)
    assert parsed["bcc"] is None
    assert parsed["subject"] == subject(page)


async def test_the_server_gets_the_subject_whole(mailbox, make_page):
    page = make_page(summary="데이터베이스 서버가 응답하지 않습니다 지금 확인 바랍니다 =?utf-8?q?hi?=")
    sender = EmailSender(parse_smtp_url(mailbox.url), timedelta(seconds=10))
    await sender.send(Destination("email", "ada@example.org"), page)
    assert mailbox.messages[0].message["subject"] == subject(page)
