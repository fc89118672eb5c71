"""What senders add to an alert in fields of their own, of any type: as text that people read, and as labels."""

import re
from collections.abc import Iterator, Mapping

from tocsin.domain.alert_link import AlertLink
from tocsin.ingest.labels import MAX_LABEL_NAME, MAX_LABELS
from tocsin.ingest.links import kind_by_text
from tocsin.ingest.mending import Mender, written

MAX_LABEL_VALUE = 255
_DEEPEST = 6
_UNFIT_FOR_LABEL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def readable(mender: Mender, name: str, value: object) -> str:
    """The value as lines: ``name: value`` for each field of an object, ``- value`` for each item of a list.

    What is nested deeper than six levels stands as JSON. ``name`` is what notes call the value.
    """
    return mender.text(name, "\n".join(_lines(value, 0))).strip()


def add_flat_fields(labels: dict[str, str], value: object) -> None:
    """Add the fields of an object that are short values as labels, as far as there is room and the name is free.

    The others are not lost: they stand in the text.
    """
    if not isinstance(value, Mapping):
        return
    for given_name, given in value.items():
        if len(labels) >= MAX_LABELS:
            return
        name, text = str(given_name).strip(), _scalar(given)
        if name and text and _fits(name, MAX_LABEL_NAME) and _fits(text, MAX_LABEL_VALUE):
            labels.setdefault(name, text)


def runbooks_in(value: object) -> list[AlertLink]:
    """The fields of an object that are called a runbook, and are the address of one."""
    if not isinstance(value, Mapping):
        return []
    named = [(str(name), given) for name, given in value.items() if isinstance(given, str)]
    return [
        AlertLink("runbook", given)
        for name, given in named
        if kind_by_text(name) == "runbook" and given.strip().startswith(("http://", "https://"))
    ]


def _fits(text: str, most: int) -> bool:
    return len(text) <= most and not _UNFIT_FOR_LABEL.search(text)


def _scalar(value: object) -> str | None:
    """A string, number or truth value as text; None for any other value."""
    if isinstance(value, str):
        return value.strip()
    return written(value) if isinstance(value, bool | int | float) else None


def _lines(value: object, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield written(value)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(f"{name}:", inner, depth)
    elif isinstance(value, list):
        for inner in value:
            yield from _named("-", inner, depth)
    elif value is not None:
        yield value if isinstance(value, str) else written(value)


def _named(name: str, value: object, depth: int) -> Iterator[str]:
    """The value beside its name when it is one line, else below it, indented."""
    lines = [line for text in _lines(value, depth + 1) for line in text.splitlines() or [""]]
    if len(lines) <= 1 and not isinstance(value, Mapping | list):
        yield " ".join([name, *lines])
        return
    yield name
    yield from (f"  {line}" for line in lines)
