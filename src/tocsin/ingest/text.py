"""Text as senders send it, made fit to store: what PostgreSQL or a page cannot hold is replaced, not refused.

A sender that sends a broken byte has something to report all the same, and refusing it would lose the alert. What was
replaced is said in words, and ends up in the alert's log.
"""

import re
from dataclasses import dataclass

MAX_SUMMARY = 1024

# NUL and lone surrogates are no text to PostgreSQL. Bytes that are not UTF-8 arrive here as surrogates too.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAK = re.compile("[\r\n\t]+")


@dataclass(frozen=True, slots=True)
class Mended:
    """Text fit to store, and what was done to it in words that follow a field's name; empty when it was fit."""

    text: str
    how: tuple[str, ...] = ()


def mend(text: str) -> Mended:
    """Several lines of text: NUL and what is not Unicode become U+FFFD, other control characters spaces."""
    if text.isprintable():  # as nearly all texts are
        return Mended(text)
    text, unstorable = _UNSTORABLE.subn("\ufffd", text)
    text, controls = _CONTROL.subn(" ", text)
    how = (
        *((f"{unstorable} characters that are not text replaced by U+FFFD",) if unstorable else ()),
        *((f"{controls} control characters replaced by spaces",) if controls else ()),
    )
    return Mended(text, how)


def mend_line(text: str) -> Mended:
    """One line of text, trimmed: as `mend`, and line breaks and tabs become a space."""
    if text.isprintable():
        return Mended(text.strip())
    mended = mend(text.strip())
    line, breaks = _LINE_BREAK.subn(" ", mended.text)
    how = (*mended.how, *((f"{breaks} line breaks or tabs replaced by spaces",) if breaks else ()))
    return Mended(line.strip(), how)


def shorten(text: str, most: int = MAX_SUMMARY) -> str:
    """The text with so many characters at most, those of a summary; an ellipsis at the end when it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"
