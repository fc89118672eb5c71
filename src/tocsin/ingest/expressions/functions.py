"""Functions for text, of CEL's strings extension: those whose result could be of any size take literals only.

Functions of our own, in Python, would be bounded by themselves; but the library loses the memory of their arguments.
"""

import re
from collections.abc import Mapping

LITERAL = re.compile(r"""[bB]?[rR]?(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""", re.DOTALL)
"""A text in an expression."""

# In code whose texts are replaced by a mark.
_USED_SO: Mapping[str, tuple[str, str]] = {
    "replace": (r'\s*\(\s*"\s*,\s*"\s*(,\s*\d+\s*)?\)', "takes two texts in quotes: .replace('-', ' ')"),
    "join": (r'\s*\(\s*"?\s*\)', "takes a text in quotes: .join(', ')"),
    "split": (r'\s*\(\s*"\s*,\s*\d{1,3}\s*\)', "takes a text in quotes and how many parts, up to 999: .split(',', 20)"),
    "format": (r"(?!)", "cannot be used"),
}
_LIMIT = re.compile(r'\bsplit\s*\(\s*"\s*,\s*(\d+)')
_REPLACEMENT = re.compile(rf"\breplace\s*\(\s*{LITERAL.pattern}\s*,\s*({LITERAL.pattern})", re.DOTALL)


def wrong_call(code: str) -> str | None:
    """What is wrong with a call of one of these functions, as the end of a sentence; None when all can be bounded."""
    for name, (used, how) in _USED_SO.items():
        if re.search(rf"\.\s*{name}\b(?!{used})", code):
            return f"{name} {how}"
    return None


def most_parts(code: str) -> int:
    """How many parts a text is split into at most."""
    return max(map(int, _LIMIT.findall(code)), default=0)


def replacing(source: str) -> float:
    """How many times as long texts become at most by what is put in place of parts of them."""
    grown = 1.0
    for replacement in _REPLACEMENT.findall(source):
        grown *= max(1, len(replacement) - 1)
    return grown
