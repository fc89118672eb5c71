"""Which passwords may be chosen, and which spelling of one is hashed.

The length rule refuses every common password that is shorter, so only the long ones are listed.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

MIN_LENGTH = 10
FEWEST_DIFFERENT = 4  # a row of equal characters is on no list, and among the first that anybody tries


def objection(password: str) -> str | None:
    """Why the password may not be chosen; None when it may. Case makes a common password no better."""
    normal = normalized(password)
    if len(normal) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters"
    if len(set(normal)) < FEWEST_DIFFERENT:
        return f"must have at least {FEWEST_DIFFERENT} different characters"
    if normal.casefold() in _common():
        return "is one of the most common passwords: choose another"
    return None


def normalized(password: str) -> str:
    """The spelling that is hashed: Unicode's form C, whichever form a keyboard sends."""
    return unicodedata.normalize("NFC", password)


def spellings(password: str) -> Sequence[str]:
    """What to compare with a stored hash: the normal spelling first, then those that older versions hashed as sent."""
    return list(dict.fromkeys((normalized(password), password, unicodedata.normalize("NFD", password))))


@cache
def _common() -> frozenset[str]:
    lines = files("tocsin.domain").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))
