"""Text in mail headers, as RFC 2047 wants it.

The standard library's own folding loses spaces between words, cuts words apart that it should not, and takes text that
looks like an encoded word for one. So headers that hold people's text are written here: as it is where it is plain
ASCII, otherwise as encoded words of whole characters. What stands between two adjacent encoded words is dropped by
readers, so their spaces are encoded inside.
"""

import base64
import re
from collections.abc import Iterator

LINE = 76  # characters of a line that holds an encoded word, at most
_WORD = 75  # characters of an encoded word, at most
_START, _END = "=?utf-8?b?", "?="

# Words that stand in a header as they are: printable ASCII, single spaces, nothing that a reader would decode.
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)


def text_lines(name: str, value: str) -> list[str]:
    """The lines of an unstructured header, its name on the first one; the value is one line of text."""
    if _is_plain(value) and all(len(word) < LINE for word in value.split(" ")):
        return _filled([f"{name}:", *value.split(" ")])
    return _filled([f"{name}:", *_encoded(value, len(name) + 2)])


def mailbox_lines(name: str, display_name: str, address: str) -> list[str]:
    """The lines of a header that holds one address, with a display name or without."""
    if not display_name:
        return [f"{name}: {address}"]
    return _filled([f"{name}:", *_phrase(display_name, len(name) + 2), f"<{address}>"])


def _phrase(value: str, offset: int) -> list[str]:
    if _is_plain(value) and len(value) < LINE:
        if _ATOMS.fullmatch(value):
            return value.split(" ")
        quoted = re.sub(r'([\\"])', r"\\\1", value)
        return f'"{quoted}"'.split(" ")
    return list(_encoded(value, offset))


def _is_plain(value: str) -> bool:
    return _PLAIN.fullmatch(value) is not None and "=?" not in value


def _encoded(value: str, offset: int) -> Iterator[str]:
    """Encoded words, the first of them short enough to stand behind ``offset`` characters."""
    room = _bytes_in(LINE - offset)
    piece = b""
    for char in value:
        encoded = char.encode("utf-8", "replace")
        if len(piece) + len(encoded) > room:
            yield _word(piece)
            piece, room = b"", _bytes_in(_WORD)
        piece += encoded
    if piece:
        yield _word(piece)


def _bytes_in(characters: int) -> int:
    """How many bytes an encoded word of so many characters holds: base64 makes four characters of three bytes."""
    return max((min(characters, _WORD) - len(_START) - len(_END)) // 4 * 3, 4)


def _word(piece: bytes) -> str:
    return f"{_START}{base64.b64encode(piece).decode()}{_END}"


def _filled(words: list[str]) -> list[str]:
    """Lines of the words, each but the first beginning with a space; a word that is too long has a line of its own."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return lines
