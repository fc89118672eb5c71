"""Reading requests, for any bytes: either a message that can be stored, or a refusal that says why."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import InvalidInput
from tocsin.ingest.generic.parse import parse
from tocsin.ingest.parameters import Parameters, read_parameters

TYPES = [
    "application/json",
    "application/vnd.x+json; charset=latin-1",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "text/plain",
    "",
    "\r\n;;;=",
]
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)
NAMES = st.sampled_from(["summary", "Summary", "details", "action", "dedup", "meta", "severity", "x"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | ANY_TEXT, inner, max_size=5),
)


def read(query: bytes, content_type: str, body: bytes) -> None:
    try:
        message = parse(read_parameters(query, content_type, body))
    except InvalidInput:
        return
    alert = message.alert
    assert alert.summary or message.action != "trigger"
    assert len(alert.summary) <= 1024
    for text in (alert.summary, alert.details, alert.dedup_key, *alert.labels, *alert.labels.values(), *alert.mended):
        text.encode()
        assert "\0" not in text


@given(st.binary(max_size=200), st.sampled_from(TYPES) | ANY_TEXT, st.binary(max_size=400))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(query: bytes, content_type: str, body: bytes) -> None:
    read(query, content_type, body)


@given(st.dictionaries(NAMES, ANY_JSON | ANY_TEXT, max_size=6), st.booleans())
@settings(max_examples=300)
def test_any_json_is_read_or_refused(fields: dict[str, Any], ascii_only: bool) -> None:
    read(b"", "application/json", json.dumps(fields, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("field", ["details", "meta"])
def test_a_value_of_another_type_is_taken_however_deep_it_is_nested(field: str) -> None:
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    alert = parse(Parameters(fields={"summary": "s", field: value})).alert
    assert alert.mended[0].endswith(f"(it is {'[' * 59}…)")
