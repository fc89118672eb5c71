"""Values as senders send them, made fit to store; what was changed is collected in words for the alert's timeline.

A sender of an alert has something to report, so its errors are mended and noted, and nothing is dropped in silence.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from tocsin.ingest.text import Mended, mend, mend_line, shorten

MAX_SHOWN = 60

T = TypeVar("T")


@dataclass(slots=True)
class Mender:
    """Makes the values of one message fit, and collects what it mended. A field's name is how notes call it."""

    mended: list[str] = field(default_factory=list)

    def line(self, name: str, value: object) -> str:
        """One line of text; empty for null."""
        if isinstance(value, str) and value.isprintable():  # as nearly all values are
            return value.strip()
        return self._keep(name, mend_line(self.as_text(name, value)))

    def text(self, name: str, value: object) -> str:
        """Several lines of text; empty for null."""
        if isinstance(value, str) and value.isprintable():
            return value
        return self._keep(name, mend(self.as_text(name, value)))

    def as_text(self, name: str, value: object) -> str:
        """A value that should be text, as it is; another is written as JSON, which is noted."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        self.note(name, f"is no string, written as JSON (it is {shown(value)})")
        return written(value)

    def first(self, name: str, items: Sequence[T], limit: int, what: str) -> Sequence[T]:
        """As many items as may be kept. The number of others is noted."""
        if len(items) > limit:
            self.note(name, f"the first {limit} of {len(items)} {what} kept")
        return items[:limit]

    def note(self, name: str, how: str) -> None:
        """Say what was done to a field."""
        self.mended.append(f"{name}: {mend(how).text}")

    def _keep(self, name: str, mended: Mended) -> str:
        for how in mended.how:
            self.note(name, how)
        return mended.text


def written(value: object) -> str:
    """A value as JSON; in short when it is nested too deep or a number too long to be written."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return shown(value)


def shown(value: object) -> str:
    """A wrong value for an error message, in short and as JSON writes it.

    No more is written than is shown: a value that was read may be nested too deep to be written whole.
    """
    text = "".join(islice(json.JSONEncoder().iterencode(value), MAX_SHOWN + 1))
    return shorten(text, MAX_SHOWN)


def shown_name(name: str) -> str:
    """The name of a field that a sender chose, for a note about it."""
    return mend_line(name).text[:MAX_SHOWN]
