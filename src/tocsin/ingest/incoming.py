"""What a message to the generic path asks for. Pure: parameters in, a frozen value out.

What is merely broken text, or one label too many, is mended and said so; what could mean something else than the sender
thinks (a wrong type, an unknown severity, an over-long key) is refused, every wrong field at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeVar

from tocsin.domain.dedup_key import MAX_DEDUP, auto_key, user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.parameters import Parameters
from tocsin.ingest.text import MAX_SUMMARY, Mended, mend, mend_line, shorten
from tocsin.store.alerts import SEVERITIES, NewAlert, Severity

T = TypeVar("T")

Action = Literal["trigger", "acknowledge", "close"]

MAX_LABELS = 64  # as in the API
MAX_LABEL_NAME = 255
MAX_SHOWN = 60

_ACTIONS: Mapping[str, Action] = {"close": "close", "ack": "acknowledge"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, understood: what to do, and the alert it is about."""

    action: Action
    alert: NewAlert


@dataclass(slots=True)
class _Reader:
    """Reads field by field, and collects what is wrong and what was mended."""

    parameters: Parameters
    errors: list[FieldError] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The JSON field, or else the first form or query value; empty when there is none."""
        value = self.parameters.fields.get(name, self.parameters.first(name) or "")
        if isinstance(value, str):
            return value
        self.wrong(name, f"must be a string (it is {_shown(value)})")
        return ""

    def keep(self, name: str, mended: Mended) -> str:
        """The mended text; how it was mended is noted."""
        self.mended += [f"{name}: {how}" for how in mended.how]
        return mended.text

    def wrong(self, name: str, message: str) -> None:
        self.errors.append(FieldError(name, message))


def understand(parameters: Parameters) -> Incoming:
    """The message that the parameters make. Raises InvalidInput naming every wrong field."""
    reader = _Reader(parameters)
    action = _ACTIONS.get(reader.text("action"), "trigger")
    summary = reader.keep("summary", mend_line(reader.text("summary")))
    details = reader.keep("details", mend(reader.text("details")))
    if len(summary) > MAX_SUMMARY:
        reader.mended.append(f"summary: cut to {MAX_SUMMARY} characters, the whole stands at the top of the details")
        summary, details = shorten(summary), f"{summary}\n\n{details}".rstrip()
    dedup = _dedup(reader)
    severity = _severity(reader)
    labels = _labels(reader)
    _require(reader, action, summary, dedup)
    _note_unread_body(reader)
    if reader.errors:
        raise InvalidInput(*reader.errors)
    alert = NewAlert(
        summary=summary,
        details=details,
        severity=severity,
        labels=labels,
        dedup_key=user_key(dedup) if dedup else auto_key(summary, details),
        mended=reader.mended,
    )
    return Incoming(action, alert)


def _dedup(reader: _Reader) -> str:
    dedup = reader.keep("dedup", mend_line(reader.text("dedup")))
    if len(dedup) > MAX_DEDUP:
        reader.wrong("dedup", f"must have at most {MAX_DEDUP} characters (it has {len(dedup)}: {_shown(dedup)})")
    return dedup


def _severity(reader: _Reader) -> Severity:
    given = reader.text("severity") or SEVERITIES[0]
    for severity in SEVERITIES:
        if severity == given:
            return severity
    reader.wrong("severity", f"must be one of {', '.join(SEVERITIES)} (it is {_shown(given)})")
    return SEVERITIES[0]


def _require(reader: _Reader, action: Action, summary: str, dedup: str) -> None:
    """An alert needs a summary; to act on one, its dedup or its summary must say which."""
    if summary or reader.errors or (action != "trigger" and dedup):
        return
    unread = reader.parameters.unread
    hint = f"; a body of type {unread} is not read, send JSON as application/json" if unread else ""
    if _looks_like_json(reader.parameters):
        hint = "; the body looks like JSON, send it as Content-Type: application/json"
    needed = "is required and may not be empty" if action == "trigger" else "or dedup must say which alert is meant"
    reader.wrong("summary", needed + hint)


def _looks_like_json(parameters: Parameters) -> bool:
    return any(name.lstrip().startswith("{") for name, _ in parameters.pairs)


def _note_unread_body(reader: _Reader) -> None:
    if reader.parameters.unread:
        reader.mended.append(f"body: not read, its type is {mend_line(reader.parameters.unread).text[:100]}")


def _labels(reader: _Reader) -> Mapping[str, str]:
    """``meta``: an object of strings in JSON, which counts before ``meta=key=value`` of form and query."""
    given = reader.parameters.fields.get("meta")
    if given is None:
        return _kept(reader, [_split(reader, pair) for pair in _first(reader, reader.parameters.all("meta"))])
    if not isinstance(given, dict):
        reader.wrong("meta", f"must be an object of strings (it is {_shown(given)})")
        return {}
    items = _first(reader, list(given.items()))
    for name, value in items:
        if not isinstance(value, str):
            reader.wrong(f"meta.{_shown_name(name)}", f"must be a string (it is {_shown(value)})")
    return _kept(reader, [(name, value) for name, value in items if isinstance(value, str)])


def _first(reader: _Reader, labels: Sequence[T]) -> Sequence[T]:
    """As many labels as an alert may have; that there were more is noted."""
    if len(labels) > MAX_LABELS:
        reader.mended.append(f"meta: the first {MAX_LABELS} of {len(labels)} labels kept")
    return labels[:MAX_LABELS]


def _split(reader: _Reader, pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        reader.wrong("meta", f"must be key=value (it is {_shown(pair)})")
    return name, value


def _kept(reader: _Reader, pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    labels: dict[str, str] = {}
    for given_name, given_value in pairs:
        name = _mended(reader, given_name, mend_line)
        if not 0 < len(name) <= MAX_LABEL_NAME:
            reader.wrong("meta", f"a key must have 1 to {MAX_LABEL_NAME} characters (it is {_shown(name)})")
        labels[name] = _mended(reader, given_value, mend)
    return labels


def _mended(reader: _Reader, text: str, mending: Callable[[str], Mended]) -> str:
    return reader.keep("meta", mending(text))


def _shown(value: object) -> str:
    """A wrong value for an error message, in short and as JSON writes it.

    No more is written than is shown: a value that was read may be nested too deep to be written whole.
    """
    text = "".join(islice(json.JSONEncoder().iterencode(value), MAX_SHOWN + 1))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _shown_name(name: str) -> str:
    return mend_line(name).text[:MAX_SHOWN]
