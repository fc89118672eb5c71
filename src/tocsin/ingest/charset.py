"""The text of a body, by the charset that its Content-Type declares.

Bytes that are not UTF-8, where that was declared or nothing was, are kept as lone surrogates for `tocsin.ingest.text`.
"""

import re
from collections.abc import Mapping
from encodings.aliases import aliases

UTF_8 = "utf_8"

# Python's codecs are more than charsets: "idna" and "unicode_escape" are neither safe nor ever meant.
_CHARSETS = re.compile(
    r"utf_|iso8859|iso2022|cp\d|koi8|mac_|big5|gb|euc|shift_jis|ascii|latin|tis|hz|johab|kz1048|ptcp"
)
_NAMES: Mapping[str, str] = {
    alias: codec
    for alias, codec in {**aliases, **{codec: codec for codec in aliases.values()}}.items()
    if _CHARSETS.match(codec)
}


def known_charset(declared: str) -> str | None:
    """Python's name of a charset; None when it has none.

    Looked up in a table of ours, since Python keeps every name that it is asked for in memory.
    """
    return _NAMES.get(re.sub("[^a-z0-9]+", "_", declared.strip().lower()))


def decode(data: bytes, charset: str = UTF_8) -> str:
    """The text. What the charset does not have becomes a lone surrogate in UTF-8, U+FFFD in others."""
    return data.decode(charset, "surrogateescape" if charset == UTF_8 else "replace")
