"""Any request, of any form: messages that can be stored, or a refusal in Opsgenie's form."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.ingest.opsgenie.test_create import EXAMPLE
from tests.ingest.storable import assert_storable, mutated

from tocsin.errors import InvalidInput
from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.opsgenie.format import read, refuse

METHODS = st.sampled_from(["POST", "PUT", "DELETE"])
PATHS = st.sampled_from(["", "/k/close", "/k/notes", "/7/snooze", "/7/tags", "/k", "/", "//close"]) | st.text(
    alphabet=st.characters(codec=None), max_size=20
).map(lambda text: f"/{text}")


def _take(method: str, path: str, body: bytes) -> None:
    raw = RawRequest(b"identifierType=alias", Headers(), body, f"/v2/alerts{path}", method)
    submission = read(raw)
    if isinstance(submission.messages, InvalidInput):
        assert refuse(raw, submission.messages).status_code in (400, 422)
        return
    for message in submission.messages:
        assert_storable(message)
        message.note.encode()  # type: ignore[union-attr]


@given(METHODS, PATHS, mutated(EXAMPLE, {"endTime": "2030-01-01T00:00:00Z", "note": "n", "user": "u"}))
def test_any_request_is_stored_or_refused(method: str, path: str, body: Any) -> None:
    _take(method, path, json.dumps(body).encode())


@given(METHODS, PATHS, st.binary(max_size=80))
def test_any_bytes_are_stored_or_refused(method: str, path: str, body: bytes) -> None:
    _take(method, path, body)
