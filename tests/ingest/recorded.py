"""What real senders sent to a running Tocsin, with nothing changed in them but its address and key; sent again.

A recording lies beside the tests of its format, in ``recorded``: who sent, the program that made it send, and each
request with what it was answered. In it ``<key>`` stands for the key. Ids that were made for the recording are other
ones when it is sent again, and are replaced from then on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_SHORTEST_ID = 32  # characters of an id that was made for one request; numbers of alerts are the same again


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and the answer that its sender was content with."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int
    answer: Any


def recordings(test_file: str) -> list[Path]:
    """The recordings beside a test."""
    found = sorted(Path(test_file).with_name("recorded").glob("*.json"))
    assert found, "there are recordings"
    return found


def exchanges(recording: Path) -> list[Exchange]:
    """The requests of a recording, in order."""
    return [Exchange(**one) for one in json.loads(recording.read_text(encoding="utf-8"))["exchanges"]]


async def send_again(http: httpx.AsyncClient, recording: Path, key: str) -> None:
    """Send every request of a recording, and expect answers of the same status and form."""
    known = {"<key>": key}
    for one in exchanges(recording):
        headers = {name: _replaced(value, known) for name, value in one.headers.items()}
        body = _replaced(one.body, known).encode()
        answer = await http.request(one.method, _replaced(one.path, known), headers=headers, content=body)
        assert answer.status_code == one.status, (one.method, one.path, answer.text)
        said = answer.json() if isinstance(one.answer, dict | list) else answer.text
        assert _form(said) == _form(one.answer), (one.method, one.path)
        known |= {old: new for old, new in _pairs(one.answer, said) if len(old) >= _SHORTEST_ID}


def _replaced(text: str, known: Mapping[str, str]) -> str:
    for old, new in known.items():
        text = text.replace(old, new)
    return text


def _form(answer: Any) -> Any:
    """The names in an answer, and the types of its values."""
    match answer:
        case dict():
            return {name: _form(value) for name, value in answer.items()}
        case list():
            return [_form(value) for value in answer]
        case _:
            return type(answer)


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Text of an answer, and what stands in its place now."""
    match old, new:
        case dict(), dict():
            for name in old:
                yield from _pairs(old[name], new[name])
        case list(), list():
            for before, after in zip(old, new, strict=True):
                yield from _pairs(before, after)
        case str(), str():
            yield old, new
        case _:
            pass
