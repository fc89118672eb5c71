"""Any event, of any form: a message that can be stored, or a refusal in PagerDuty's form."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.ingest.pagerduty.test_events import EXAMPLE
from tests.ingest.pagerduty.test_events_v1 import EXAMPLE as EXAMPLE_V1
from tests.ingest.storable import assert_storable, mutated

from tocsin.errors import InvalidInput
from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.pagerduty.format import PAGERDUTY, read, refuse

KEY = "0" * 32


def _take(path: str, body: bytes) -> None:
    raw = RawRequest(b"", Headers({"content-type": "application/json"}), body, path)
    submission = read(raw)
    if isinstance(submission.messages, InvalidInput):
        assert refuse(raw, submission.messages).status_code == 400
        return
    for message in submission.messages:
        assert_storable(message)


@given(st.sampled_from(PAGERDUTY.paths), mutated(EXAMPLE | {"routing_key": KEY}, EXAMPLE_V1 | {"service_key": KEY}))
def test_any_event_is_stored_or_refused(path: str, event: Any) -> None:
    _take(path, json.dumps(event).encode())


@given(st.sampled_from(PAGERDUTY.paths), st.binary(max_size=80))
def test_any_bytes_are_stored_or_refused(path: str, body: bytes) -> None:
    _take(path, body)


def test_100000_details_make_64_labels_and_stand_in_the_text() -> None:
    details = {f"name {number}": number for number in range(100_000)}
    body = json.dumps({"routing_key": KEY, "payload": {"summary": "s", "custom_details": details}}).encode()
    raw = RawRequest(b"", Headers(), body, PAGERDUTY.paths[0])
    (message,) = read(raw).messages  # type: ignore[misc]
    assert len(message.alert.labels) == 64  # type: ignore[union-attr]
    assert message.alert.details.endswith("name 99999: 99999")  # type: ignore[union-attr]
