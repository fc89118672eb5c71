"""Text made fit for one line, of a header or of an error."""

import unicodedata


def one_line(value: str) -> str:
    """Join all white space and control characters to single spaces, so that text fits a header line."""
    kept = (" " if _is_control(char) else char for char in encodable(value))
    return " ".join("".join(kept).split())


def encodable(value: str) -> str:
    """Replace lone surrogates, which no encoding can carry."""
    return value.encode("utf-8", "replace").decode()


def printable(value: str) -> str:
    """Make text safe to quote in an error: one line, no control characters, at most 100 characters."""
    line = "".join(char if char.isprintable() else "�" for char in value[:100])
    return line + ("…" if len(value) > 100 else "")


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp")
