"""What is meant by the charset that a sender declares."""

import pytest

from tocsin.ingest.charset import decode, known_charset
from tocsin.ingest.content_type import read_content_type
from tocsin.ingest.inbound_email.text_charset import read_text

# A charset that senders declare, a text, and the charset in which they write it.
DECLARED = {
    "ISO-8859-1": ("Größe 5 €, „gut“", "cp1252"),
    "us-ascii": ("Größe", "utf-8"),
    "iso-8859-9": ("İş 5 €", "cp1254"),
    "TIS-620": ("ดิสก์…", "cp874"),
    "Shift_JIS": ("障害①㈱髙橋～", "cp932"),
    "x-sjis": ("障害①㈱髙橋～", "cp932"),
    "Windows-31J": ("障害①㈱髙橋～", "cp932"),
    "EUC-JP": ("障害①㈱", "euc_jis_2004"),
    "gb2312": ("磁盘镕已满 €", "gb18030"),
    "x-gbk": ("磁盘镕已满", "gb18030"),
    "big5": ("磁碟已滿 €", "cp950"),
    "ks_c_5601-1987": ("디스크 똠 펲", "cp949"),
    "windows-949": ("디스크 똠 펲", "cp949"),
}


@pytest.mark.parametrize(
    ("declared", "text", "written"), [(name, *how) for name, how in DECLARED.items()], ids=DECLARED
)
def test_a_declared_charset_is_read_as_senders_write_it(declared: str, text: str, written: str) -> None:
    data = text.encode(written)
    assert decode(data, known_charset(declared) or "") == text
    assert decode(data, read_content_type(f"text/plain; charset={declared}").charset) == text
    assert read_text(data, declared) == text


@pytest.mark.parametrize("declared", ["idna", "unicode_escape", "rot13", "x-unknown", "", "utf-8" * 1000])
def test_what_is_no_charset_is_none(declared: str) -> None:
    assert known_charset(declared) is None


@pytest.mark.parametrize("declared", ["ISO-2022-JP", "utf-8", None])
def test_japanese_mail_has_more_than_its_charset(declared: str | None) -> None:
    kanji = b"\x1b$B>c32-!-j|b\x1b(B"
    assert (
        read_text(b"[" + kanji + b"] \x1b(I1\x1b(B \x1b(J\\~\x1b(B\r\n" + kanji, declared)
        == "[障害①㈱髙] ｱ \\~\r\n障害①㈱髙"
    )


def test_japanese_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    assert read_text(b"\x1b$B>c32>", "iso-2022-jp") == "障害>"
    assert read_text(b"\x1b$B>c\n\x1b\x1b(x\x1b$", "iso-2022-jp").startswith("障\n")
