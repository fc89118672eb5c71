"""What a message to the generic path asks for. Pure: parameters in, a frozen value out.

A sender of an alert has something to report, so errors are mended, and noted: broken or over-long text, values of
another type, too many labels, an unknown severity. Only two messages are refused: a new alert without any text to show,
and an action without a summary or dedup that says which alert is meant.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from tocsin.domain.dedup_key import MAX_DEDUP, auto_key, fitting, user_key
from tocsin.domain.severity import Severity, read_severity
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.generic.parameters import Parameters
from tocsin.ingest.message_format import Message, MessageAction
from tocsin.ingest.text import MAX_SUMMARY, Mended, mend, mend_line, shorten
from tocsin.store.alerts.new_alert import NewAlert

T = TypeVar("T")

MAX_LABELS = 64  # as in the API
MAX_LABEL_NAME = 255
MAX_SHOWN = 60
SEVERITY_LABEL = "severity"

_ACTIONS: Mapping[str, MessageAction] = {"close": "close", "ack": "acknowledge"}


@dataclass(slots=True)
class _FieldReader:
    """Reads field by field, and collects what was mended."""

    parameters: Parameters
    mended: list[str]

    def text(self, name: str) -> str:
        """The JSON field, or else the first form or query value; empty when there is none."""
        value = self.parameters.fields.get(name, self.parameters.first(name) or "")
        return self.as_text(name, value)

    def as_text(self, name: str, value: object) -> str:
        """A value that should be text; another is written as JSON, which is noted."""
        if isinstance(value, str):
            return value
        self.note(name, f"is no string, written as JSON (it is {_shown(value)})")
        return _written(value)

    def keep(self, name: str, mended: Mended) -> str:
        """The mended text; how it was mended is noted."""
        for how in mended.how:
            self.note(name, how)
        return mended.text

    def note(self, name: str, how: str) -> None:
        self.mended.append(f"{name}: {mend(how).text}")


def parse(parameters: Parameters) -> Message:
    """The message that the parameters make. Raises InvalidInput when it names nothing."""
    reader = _FieldReader(parameters, list(parameters.mended))
    action = _ACTIONS.get(reader.text("action"), "trigger")
    summary = reader.keep("summary", mend_line(reader.text("summary")))
    details = reader.keep("details", mend(reader.text("details")))
    dedup = _dedup(reader)
    if action == "trigger" and not summary:
        summary = _instead_of_summary(reader, details, dedup)
    if len(summary) > MAX_SUMMARY:
        reader.note("summary", f"cut to {MAX_SUMMARY} characters, the whole stands at the top of the details")
        summary, details = shorten(summary), f"{summary}\n\n{details}".rstrip()
    labels = _labels(reader)
    severity = _severity(reader, labels)
    _require(reader, action, summary, dedup)
    _note_unread_body(reader)
    alert = NewAlert(
        summary=summary,
        details=details,
        severity=severity,
        labels=labels,
        dedup_key=user_key(dedup) if dedup else auto_key(summary, details),
        mended=reader.mended,
    )
    return Message(action, alert)


def _dedup(reader: _FieldReader) -> str:
    dedup = reader.keep("dedup", mend_line(reader.text("dedup")))
    if len(dedup) > MAX_DEDUP:
        reader.note("dedup", f"over {MAX_DEDUP} characters (it has {len(dedup)}), its end replaced by a hash of it")
    return fitting(dedup)


def _instead_of_summary(reader: _FieldReader, details: str, dedup: str) -> str:
    """What an alert without a summary is called: by the first line of its details, else by its key."""
    first_line = next((line.strip() for line in details.splitlines() if line.strip()), "")
    if first_line:
        reader.note("summary", "is missing, the first line of the details taken")
    elif dedup:
        reader.note("summary", "is missing, dedup taken")
    return mend_line(first_line or dedup).text


def _severity(reader: _FieldReader, labels: dict[str, str]) -> Severity:
    """Our severity for the sender's; theirs, when it is another word, is kept as a label if there is room."""
    given = reader.keep("severity", mend_line(reader.text("severity")))
    reading = read_severity(given)
    if reading.how != "given":
        known = "" if reading.how == "translated" else ", which is not known"
        reader.note("severity", f"{reading.severity} taken for {_shown(given)}{known}")
        if len(labels) < MAX_LABELS:
            labels.setdefault(SEVERITY_LABEL, given)
    return reading.severity


def _require(reader: _FieldReader, action: MessageAction, summary: str, dedup: str) -> None:
    """Raise InvalidInput when a new alert has no summary, or when nothing says which alert to act on."""
    if summary or (action != "trigger" and dedup):
        return
    unread = reader.parameters.unread
    hint = f"; a body of type {unread} is not read, send JSON as application/json" if unread else ""
    needed = "is required and may not be empty" if action == "trigger" else "or dedup must say which alert is meant"
    raise InvalidInput(FieldError("summary", needed + hint))


def _note_unread_body(reader: _FieldReader) -> None:
    if reader.parameters.unread:
        reader.note("body", f"not read, its type is {mend_line(reader.parameters.unread).text[:100]}")


def _labels(reader: _FieldReader) -> dict[str, str]:
    """``meta``: an object of strings in JSON, which counts before ``meta=key=value`` of form and query."""
    match reader.parameters.fields.get("meta"):
        case None:
            return _kept(reader, [_split(reader, pair) for pair in _first(reader, reader.parameters.all("meta"))])
        case dict() as given:
            return _kept(reader, _first(reader, [(str(name), value) for name, value in given.items()]))
        case str() as given:
            return _kept(reader, [_split(reader, given)])
        case list() as given:
            return _kept(reader, [_split(reader, reader.as_text("meta", pair)) for pair in _first(reader, given)])
        case given:
            return _kept(reader, [("meta", given)])


def _first(reader: _FieldReader, labels: Sequence[T]) -> Sequence[T]:
    """As many labels as an alert may have. The number of others is noted."""
    if len(labels) > MAX_LABELS:
        reader.note("meta", f"the first {MAX_LABELS} of {len(labels)} labels kept")
    return labels[:MAX_LABELS]


def _split(reader: _FieldReader, pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        reader.note("meta", f"no key=value, taken for a label without a value (it is {_shown(pair)})")
    return name, value


def _kept(reader: _FieldReader, pairs: Sequence[tuple[str, object]]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for given_name, given_value in pairs:
        value = _mended(reader, reader.as_text(f"meta.{_shown_name(given_name)}", given_value), mend)
        name = _mended(reader, given_name, mend_line)
        if not name:
            reader.note("meta", f"a label without a name left out (its value is {_shown(value)})")
            continue
        if len(name) > MAX_LABEL_NAME:
            reader.note("meta", f"a name cut to {MAX_LABEL_NAME} characters (it is {_shown(name)})")
        labels[name[:MAX_LABEL_NAME]] = value
    return labels


def _mended(reader: _FieldReader, text: str, mending: Callable[[str], Mended]) -> str:
    return reader.keep("meta", mending(text))


def _written(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):  # nested too deep, or a number that is too long to be written
        return _shown(value)


def _shown(value: object) -> str:
    """A wrong value for an error message, in short and as JSON writes it.

    No more is written than is shown: a value that was read may be nested too deep to be written whole.
    """
    text = "".join(islice(json.JSONEncoder().iterencode(value), MAX_SHOWN + 1))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _shown_name(name: str) -> str:
    return mend_line(name).text[:MAX_SHOWN]
