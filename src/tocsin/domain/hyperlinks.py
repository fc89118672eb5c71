"""Where in a text that people or machines wrote the addresses of web pages stand.

An address begins with ``http://`` or ``https://`` and ends before white space, a quote, an angle bracket or a control
character. The punctuation of the sentence around it is no part of it, nor is a closing bracket that it does not open.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

# Marks that change the direction of writing, or show nothing, would let an address look like another.
UNSEEN = "\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_URL = re.compile(
    rf"(?<![a-z0-9+.-])https?://(?=[^\W_]|\[[0-9a-f:])[^\s\x00-\x20\x7f-\x9f<>\"`|\\^“”„«»‹›。、，；：！？（）「」『』{UNSEEN}]+",
    re.IGNORECASE,
)
_PUNCTUATION = ".,;:!?'’‘…*_~({["
_OPENERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a text, and whether it is an address."""

    text: str
    is_url: bool = False


def pieces(text: str) -> Iterator[TextPart]:
    """The text in order, cut where an address begins or ends. Takes time in proportion to its length."""
    done = 0
    for found in _URL.finditer(text):
        url = _without_end(found[0])
        if url.rpartition("://")[2]:
            if found.start() > done:
                yield TextPart(text[done : found.start()])
            yield TextPart(url, is_url=True)
            done = found.start() + len(url)
    if done < len(text):
        yield TextPart(text[done:])


def _without_end(url: str) -> str:
    """The address without the punctuation and the closing brackets of the sentence around it."""
    counts, end = Counter(url), len(url)
    while end:
        last = url[end - 1]
        opener = _OPENERS.get(last)
        if last not in _PUNCTUATION and (opener is None or counts[last] <= counts[opener]):
            break
        counts[last] -= 1
        end -= 1
    return url[:end]
