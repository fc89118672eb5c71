"""The text of bytes in a mail, whose charset is often wrong or not said at all."""

import re

from tocsin.ingest.charset import UTF_8, decode, known_charset

_ISO_2022_JP = b"\x1b$"
_TAKEN_FOR = {
    "latin_1": "cp1252",
    "ascii": UTF_8,
}  # what says ISO 8859-1 may hold €, what says ASCII anything


def read_text(data: bytes, declared: str | None = None) -> str:
    """The text by the declared charset; by what the bytes look like where there is no such charset, or it is wrong."""
    charset = known_charset(declared) if declared else None
    charset = _TAKEN_FOR.get(charset, charset) if charset else None
    if charset not in (None, UTF_8):
        return decode(data, charset)
    if _ISO_2022_JP in data and data.isascii():
        return decode(data, "iso2022_jp")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def from_header(raw: str) -> str:
    """A header as the parser of mail keeps it, unfolded: bytes that are not ASCII are text in some charset."""
    return re.sub(r"[\r\n]+[ \t]*", " ", read_text(raw.encode("utf-8", "surrogateescape"))).strip()
