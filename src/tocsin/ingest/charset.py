"""The text of a body, by the charset that its sender declares.

A charset is read as browsers read it (https://encoding.spec.whatwg.org): what says ISO 8859-1 holds ``€`` all the same,
and what says Shift_JIS holds ``①``. Bytes that are not UTF-8, where that was declared or nothing was, are kept as lone
surrogates for `tocsin.ingest.text`.
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
} | {
    "windows_31j": "cp932",
    "cswindows31j": "cp932",
    "ks_c_5601_1989": "euc_kr",
    "windows_874": "cp874",
    "windows_949": "cp949",
    "iso_8859_8_i": "iso8859_8",
    "unicode_1_1_utf_8": UTF_8,
}
_SUPERSETS: Mapping[str, str] = {
    "ascii": UTF_8,
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "euc_kr": "cp949",
}


def known_charset(declared: str) -> str | None:
    """Python's name of what is meant by a charset; None when there is no such charset.

    Looked up in a table of ours, since Python keeps every name that it is asked for in memory.
    """
    name = re.sub("[^a-z0-9]+", "_", declared.strip().lower())
    codec = _NAMES.get(name) or _NAMES.get(name.removeprefix("x_"))
    return _SUPERSETS.get(codec, codec) if codec else None


def decode(data: bytes, charset: str = UTF_8) -> str:
    """The text. What the charset does not have becomes a lone surrogate in UTF-8, U+FFFD in others."""
    return data.decode(charset, "surrogateescape" if charset == UTF_8 else "replace")
