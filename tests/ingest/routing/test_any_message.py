"""Whatever comes, rules are asked about it in little time, and none of it stops an alert."""

import json
import time
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.ingest.message_format import Message
from tocsin.ingest.routing.compile import compiled
from tocsin.ingest.routing.key_rules import KeyRules
from tocsin.ingest.routing.place import PlacedMessage
from tocsin.ingest.routing.values import RequestValues
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services.routing_rules import KeyRouting, RoutingRuleSpec

SERVICE = UUID(int=1)
EXPRESSIONS = (
    "payload.a == summary",
    "payload.exists(x, x == labels.a)",
    "size(payload) > 3 && details.matches('^(a+)+$')",
    "payload.a.b.c + 1 > 0",
)
RULES = [
    *(RoutingRuleSpec(name=text, condition=text, suppress=True) for text in EXPRESSIONS),
    RoutingRuleSpec(name="texts", condition="true", summary="details + string(payload)", dedup_key="labels.a"),
    RoutingRuleSpec(name="last", condition="true", severity="info"),
]
KEY = KeyRouting(UUID(int=2), "Monitoring", SERVICE, "own", None, 1, RULES)
READY = KeyRules(KEY, compiled(RULES))

texts = st.text(st.characters(codec=None), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | st.just("a"), inner, max_size=4),
    max_leaves=20,
)


def placed(
    body: bytes, details: str = "", labels: dict[str, str] | None = None, content_type: str = "application/json"
) -> PlacedMessage:
    """What becomes of a message, in little time."""
    alert = NewAlert(summary="s", dedup_key="user:1:d", details=details, labels=labels or {})
    start = time.process_time()
    found = READY.place(Message("trigger", alert), RequestValues.of(NewPayload("/", b"", content_type, body)))
    assert time.process_time() - start < 2
    return found


@settings(max_examples=50, deadline=None)
@given(values, texts, st.dictionaries(texts, texts, max_size=3), st.binary(max_size=30))
def test_any_payload_is_routed(payload: object, details: str, labels: dict[str, str], other: bytes) -> None:
    body = json.dumps(payload).encode()
    for found in (placed(body, details, labels), placed(other, content_type="multipart/form-data; boundary=x")):
        assert found.routed.is_suppressed or found.message.alert.severity in ("critical", "info")


def test_what_is_hostile_takes_no_time_and_leaves_the_alert_as_it_came() -> None:
    hostile = [b"[" * 100_000, b'{"a":' * 150 + b"1" + b"}" * 150, json.dumps(["a" * 40] * 20_000).encode()]
    for body in (*hostile, b"{}", b"\xff\xfe", b'"' + b"a" * 200_000 + b'"'):
        found = placed(body, details="a" * 5000 + "!", labels={str(n): "x" for n in range(64)})
        assert (found.service_id, found.routed.is_suppressed, len(found.routed.failures) > 0) == (SERVICE, False, True)
