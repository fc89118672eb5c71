"""Formats without an answer of their own, for any payload: messages that can be stored, or a refusal that says why."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.ingest.alert_groups.payloads import alert, group
from tests.ingest.grafana.test_messages import LEGACY
from tests.ingest.site24x7.test_messages import DOWN as SITE24X7_DOWN
from tests.ingest.storable import assert_storable, mutated
from tests.ingest.uptimerobot.test_messages import DOWN as UPTIMEROBOT_DOWN

from tocsin.errors import InvalidInput
from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.registry import formats

FORMATTED = {"alert_uid": "a", "title": "t", "state": "ok", "image_url": "https://a.example", "message": "m"}
GROUP = group(alert("db1"), alert("db2", "resolved"), truncatedAlerts=2, commonAnnotations={"summary": "s"})
PAYLOADS = {
    "alertmanager": GROUP,
    "grafana": GROUP | {"version": "1"},
    "formatted_webhook": FORMATTED,
    "site24x7": SITE24X7_DOWN,
    "uptimerobot": UPTIMEROBOT_DOWN,
}


def take(key_type: str, body: bytes, query: bytes = b"") -> None:
    submission = formats()[key_type].read(RawRequest(query, Headers({"content-type": "application/json"}), body))
    if isinstance(submission.messages, InvalidInput):
        assert submission.messages.errors
        return
    for grouping in ("alert", "group"):
        for message in submission.by_options({"grouping": grouping}):
            assert_storable(message)


@given(st.sampled_from(sorted(PAYLOADS)), st.data())
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_any_payload_is_stored_or_refused(key_type: str, data: st.DataObject) -> None:
    body: Any = data.draw(mutated(PAYLOADS[key_type], LEGACY))
    take(key_type, json.dumps(body).encode())


@given(st.sampled_from(sorted(PAYLOADS)), st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes_are_stored_or_refused(key_type: str, body: bytes, query: bytes) -> None:
    take(key_type, body, query)


@pytest.mark.parametrize("key_type", sorted(PAYLOADS))
@pytest.mark.parametrize(
    "body",
    [
        b'{"alerts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"alerts": [{"labels": {' + b",".join(b'"l%d": "x"' % n for n in range(100_000)) + b"}}]}",
        b'{"alerts": [' + b"{}," * 50_000 + b"{}]}",
        b'{"title": "a", "truncatedAlerts": ' + b"9" * 5000 + b"}",
        b'{"alerts": [{"labels": {"a": 1e999, "b": NaN}}], "truncatedAlerts": 1e999}',
        b'{"alerts": "\\ud800\\u0000", "groupKey": {"a": []}, "monitorID": "\\ud800", "MONITORNAME": "\\u0000"}',
    ],
    ids=["deep", "labels", "alerts", "number", "infinite", "surrogates"],
)
def test_what_is_huge_or_odd_is_stored_or_refused(key_type: str, body: bytes) -> None:
    take(key_type, body)
