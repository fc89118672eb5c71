"""The text of bytes in a mail, whose charset is often wrong or not said at all."""

import re

from tocsin.ingest.charset import UTF_8, decode, known_charset
from tocsin.ingest.inbound_email.iso_2022_jp import SHIFT, decode_iso_2022_jp


def read_text(data: bytes, declared: str | None = None) -> str:
    """The text by the declared charset; by what the bytes look like where there is no such charset, or it is wrong."""
    charset = known_charset(declared) if declared else None
    if charset == "iso2022_jp" or (charset in (None, UTF_8) and SHIFT in data and data.isascii()):
        return decode_iso_2022_jp(data)
    if charset not in (None, UTF_8):
        return decode(data, charset)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def from_header(raw: str) -> str:
    """A header as the parser of mail keeps it, unfolded: bytes that are not ASCII are text in some charset."""
    return re.sub(r"[\r\n]+[ \t]*", " ", read_text(raw.encode("utf-8", "surrogateescape"))).strip()
