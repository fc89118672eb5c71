"""Whatever is sent with a known key is taken or put in quarantine: never a fault, and never nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.ingest.conftest import PATH, Sender
from tests.ingest.storable import mutated

REAL = {
    "summary": "disk is full on db1",
    "details": "91 % of 2 TB\nhttps://grafana.example.org/d/1",
    "severity": "crit",
    "dedup": "db1/disk",
    "action": "trigger",
    "meta": {"host": "db1", "team": "storage"},
    "links": [{"href": "https://wiki.example.org/disk", "text": "runbook", "kind": "runbook"}],
}
TYPES = [
    "",
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=idna",
    "application/x-www-form-urlencoded; charset=latin-1",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "text/plain; charset=\xff",
]

_ANYTHING = examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=timedelta(seconds=10), max_examples=40
)


async def taken_or_kept(sender: Sender, body: bytes, content_type: str, query: str = "") -> None:
    """Send it, and find it among what was received, with its alerts or with the reason why there are none."""
    before = await sender.pool.fetchval("select coalesce(max(id), 0) from received_payloads")
    headers = {b"Content-Type": content_type.encode("latin-1")} if content_type else {}
    answer = await sender.post(f"{PATH}?token={sender.token}{query}", content=body, headers=headers)
    assert answer.status_code in {204, 400}, answer.text
    (kept,) = await sender.pool.fetch("select outcome, reason, body from received_payloads where id > $1", before)
    assert kept["outcome"] == ("accepted" if answer.status_code == 204 else "quarantined")
    assert (kept["reason"] is None) == (answer.status_code == 204)
    assert kept["body"] == body
    await sender.pool.execute("delete from received_payloads")  # or the quarantine may be full


@_ANYTHING
@given(payload=mutated(REAL), content_type=st.sampled_from(TYPES))
async def test_a_real_payload_with_anything_in_it(sender: Sender, payload: Any, content_type: str) -> None:
    await taken_or_kept(sender, json.dumps(payload).encode(), content_type)


@_ANYTHING
@given(
    body=st.binary(max_size=2000),
    content_type=st.sampled_from(TYPES),
    query=st.text(alphabet="&=%0aceknosty\u00e9[];+", max_size=40),
)
async def test_any_bytes(sender: Sender, body: bytes, content_type: str, query: str) -> None:
    await taken_or_kept(sender, body, content_type, f"&{query}" if query else "")


def _nested(depth: int) -> bytes:
    return b'{"summary": "s", "details": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b'{"summary": "a\\u0000b \\ud800 \\udfff", "dedup": "\\u0000"}',
        b'{"summary": "\xff\xfe\x00", "meta": {"\\ud800": "\\u0000"}}',
        b'{"summary": "s", "meta": {%s}}' % b",".join(b'"n%d": "v"' % number for number in range(15_000)),
        b'{"summary": "s", "meta": [%s]}' % b",".join(b'"n%d=v"' % number for number in range(15_000)),
        b'{"summary": "s", "severity": %s}' % (b"9" * 5000),
        b'{"summary": 1e999999, "details": -0.0, "dedup": %s}' % (b"1" * 4000),
        b'{"summary": NaN, "details": Infinity, "action": {}}',
        b'{"summary": "%s", "dedup": "%s"}' % (b"s" * 100_000, b"d" * 100_000),
        b'{"summary": "s", "details": "%s"}' % (b"\\u0000" * 40_000),
        b'{"summary": ["s"], "meta": 7, "links": {"href": [[]]}, "action": 3}',
        b'{"summary": "s", "summary": "", "SUMMARY": null}',
        _nested(900),
        _nested(100_000),
        b"\xef\xbb\xbf",
        b"{" * 200_000,
    ],
    ids=lambda body: f"{body[:40]!r}",
)
async def test_what_is_hard_to_read(sender: Sender, body: bytes) -> None:
    await taken_or_kept(sender, body, "application/json")


async def test_a_form_of_100_000_labels(sender: Sender) -> None:
    await taken_or_kept(sender, b"summary=s" + b"&meta=a" * 35_000, "application/x-www-form-urlencoded")


async def test_huge_headers_and_queries_are_refused_without_a_fault(sender: Sender) -> None:
    long = "x" * 60_000
    for request in ({"params": {"token": sender.token, "summary": long}}, {"headers": {"Authorization": long}}):
        answer = await sender.post(**request)  # type: ignore[arg-type]
        assert answer.status_code in {204, 400, 401, 413, 414, 431}
