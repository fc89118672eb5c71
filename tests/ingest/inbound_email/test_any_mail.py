"""Whatever is sent as a mail: an alert that can be stored, or a refusal that says why; and never for long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.ingest.inbound_email import mails
from tests.ingest.storable import assert_storable

from tocsin.errors import InvalidInput
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.inbound_email.html_text import html_text
from tocsin.ingest.message_format import RawRequest

WHOLE = [mails.NAGIOS, mails.ZABBIX, mails.SYNOLOGY, mails.OUTLOOK, mails.JAPANESE, mails.LATIN_1]
TAGS = ["<div>", "<", "<!--", "<a href='x", "<!", "</", "<?", "<a ", "<a/", '<a b="<', "<script>", "&#", "<table>"]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A real mail, some bytes of which are others, twice there or missing."""
    mail = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(mail)))
        end = draw(st.integers(start, min(len(mail), start + 60)))
        odd = st.sampled_from(
            [b"\0", b"\xff\xfe", b"=?utf-8?b?", b"\n--=_x\n", b'"', b"(", b"charset*0*=", b"\r", b"\n"]
        )
        mail = mail[:start] + draw(odd | st.binary(max_size=20) | st.just(mail[start:end] * 3)) + mail[end:]
    return mail


def take(mail: bytes) -> None:
    for options in ({}, {"closing": "never"}):
        submission = INBOUND_EMAIL.read(RawRequest(b"dedup=%ff", Headers(), mail))
        if isinstance(submission.messages, InvalidInput):
            assert submission.messages.errors
            return
        for message in submission.by_options(options):
            assert_storable(message)


@given(broken())
@settings(max_examples=50)
def test_a_broken_mail_is_stored_or_refused(mail: bytes) -> None:
    take(mail)


@pytest.mark.parametrize(
    "mail",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(500)),
        b'Content-Type: multipart/mixed; boundary="a"\n\n' + b"--a\n\n" * 100_000,
        b"From: " + b"(" * 100_000 + b"\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx",
        b"Content-Type: text/plain; " + b"a*0=b; " * 20_000 + b"\n\nx",
        b"Content-Type: text/plain; charset*=%ff''%00\nContent-Disposition: ;filename*=x'%ff\n\nx",
        b"Content-Type: text/plain; charset=\0\n\n\xff",
        b"Content-Type: text/html\n\n" + b"<a href=" * 50_000,
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666 a\n\xff\xff",
        b"Content-Transfer-Encoding: base64\n\n=====\xff",
    ],
    ids=["deep", "parts", "comments", "parameters", "charsets", "charset of NUL", "html", "uuencode", "base64"],
)
def test_what_is_huge_or_odd_is_read_in_little_time(mail: bytes) -> None:
    began = time.process_time()
    take(mail)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("tag", TAGS)
def test_html_is_read_in_little_time_however_broken(tag: str) -> None:
    began = time.process_time()
    html_text(tag * 100_000)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two &amp; three</p><p>four</p>", "One\ntwo & three\n\nfour"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        (
            "<table><tr><td>Host</td><td>db1</td></tr><tr><td>State</td><td>DOWN</td></tr></table>",
            "Host db1\nState DOWN",
        ),
        (
            "<a href=\"https://a.example/?x=1&amp;y=2\">open</a> <a href='https://a.example'>https://a.example</a>",
            "open (https://a.example/?x=1&y=2) https://a.example",
        ),
        ("<script>alert('<p>')</script>a < b<!-- c --> > d", "a < b > d"),
        ("İ<style>x</style>seen", "İseen"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_html_is_read_as_people_see_it(html: str, text: str) -> None:
    assert html_text(html) == text
