"""Headers with encoded words (RFC 2047), read as mail programs write them, which is not always as they should.

The standard library's reader gives up at a word that is broken, and takes seconds for a header with many.
"""

import binascii
import re
from itertools import groupby

from tocsin.ingest.inbound_email.text_charset import from_header, read_text

MOST_CHARACTERS = 20_000

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")


def header_text(raw: str) -> str:
    """The text of a header. Words beside each other are joined before they are decoded: some cut a character in two."""
    text = _BETWEEN_WORDS.sub(r"\1", from_header(raw[:MOST_CHARACTERS]))
    parts: list[tuple[str, bytes | str]] = []
    end = 0
    for word in _WORD.finditer(text):
        if word.start() > end:
            parts.append(("", text[end : word.start()]))
        charset = word[1].partition("*")[0].lower()
        parts.append((charset, _decoded(word[2], word[3])))
        end = word.end()
    parts.append(("", text[end:]))
    return "".join(_joined(charset, [part for _, part in group]) for charset, group in groupby(parts, lambda p: p[0]))


def _joined(charset: str, parts: list[bytes | str]) -> str:
    if not charset:
        return "".join(part for part in parts if isinstance(part, str))
    return read_text(b"".join(part for part in parts if isinstance(part, bytes)), charset)


def _decoded(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.encode().replace(b"_", b" "), header=True)
    try:
        return binascii.a2b_base64(text.encode() + b"===")
    except binascii.Error:
        return text.encode()
