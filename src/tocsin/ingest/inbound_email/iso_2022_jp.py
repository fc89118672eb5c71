"""ISO-2022-JP, the charset of Japanese mail, with what mail programs add to it: ``①``, ``㈱`` and kana of half width.

Python's codecs know either the standard or its successors, whose characters stand elsewhere.
"""

import re

SHIFT = b"\x1b$"
"""How a text that holds Japanese begins to."""

_RUNS = re.compile(rb"\x1b(\$[@B]|\(.)?([^\x1b]*)", re.DOTALL)
_KANJI, _KANA = (b"$@", b"$B"), b"(I"


def decode_iso_2022_jp(data: bytes) -> str:
    """The text. What is no character becomes U+FFFD."""
    plain, shift, rest = data.partition(b"\x1b")
    runs = _RUNS.findall(shift + rest)
    return (plain + b"".join(_as_shift_jis(kind, run) for kind, run in runs)).decode("cp932", "replace")


def _as_shift_jis(kind: bytes, run: bytes) -> bytes:
    if kind in _KANJI:
        return b"".join(_kanji(run[place : place + 2]) for place in range(0, len(run), 2))
    return bytes(byte | 0x80 if 0x20 < byte < 0x60 else byte for byte in run) if kind == _KANA else run


def _kanji(pair: bytes) -> bytes:
    """Row and cell of JIS X 0208 in Shift_JIS; ends of lines, which may be within a run, stay."""
    if len(pair) < 2 or min(pair) < 0x21 or max(pair) > 0x7E:
        return pair
    row, cell = pair
    lead = (row - 0x21) // 2 + 0x81
    return bytes([lead + 0x40 * (lead > 0x9F), cell + (0x1F + (cell > 0x5F) if row % 2 else 0x7E)])
