"""Why an object cannot be deleted: everything that still uses it, by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import Conflict
from tocsin.web.kit.formatting import as_sentence

_ID = re.compile(r" \(?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)?")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sentence, and each use in words without its id."""

    text: str
    uses: Sequence[str]


def refusal(error: Conflict) -> Refusal:
    """A conflict as a page shows it."""
    return Refusal(as_sentence(str(error)), [as_sentence(_ID.sub("", use.message)) for use in error.errors])
