"""What is kept of a request: all of it but its secret."""

import json
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers

from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.payload import payload_of

SECRET = "0123456789abcdef0123456789abcdef"
ESCAPED = "".join(f"\\u{ord(character):04x}" for character in SECRET)
PERCENT = "".join(f"%{ord(character):02X}" for character in SECRET)


def raw(query: str = "", body: bytes = b"", path: str = "/p", **headers: str) -> RawRequest:
    return RawRequest(query.encode(), Headers(headers), body, path)


@pytest.mark.parametrize(
    "request_",
    [
        raw(f"token={SECRET}&summary=s", b"body"),
        raw("summary=s", f"token={SECRET}&summary=s".encode()),
        raw("", f'{{"routing_key": "{SECRET}"}}'.encode()),
        raw("", f'{{"routing_key": "{ESCAPED}"}}'.encode()),
        raw("", f"token={PERCENT}&summary=s".encode()),
        raw(f"token={PERCENT}"),
        raw("", json.dumps({"routing_key": SECRET}).encode("utf-16")),
        raw("", b"body", f"/in/{SECRET}/create"),
        raw(f"token={SECRET}", quote(SECRET).encode()),
    ],
    ids=repr,
)
def test_the_secret_is_kept_nowhere(request_: RawRequest) -> None:
    payload = payload_of(request_, SECRET)
    kept = b"|".join([payload.path.encode(), payload.query, payload.body])
    for spelling in (SECRET, ESCAPED, PERCENT):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert spelling.lower().encode(encoding) not in kept.lower()
    assert b"***" in kept


def test_all_else_is_kept_as_it_came() -> None:
    sent = raw("summary=a%20b&dedup_key=k", b"\x00\xff{\r\n", **{"content-type": "text/plain; charset=x"})
    payload = payload_of(sent, SECRET)
    assert (payload.query, payload.body) == (sent.query, sent.body)
    assert (payload.path, payload.content_type) == ("/p", "text/plain; charset=x")


def test_a_key_of_another_path_in_the_query_is_masked_too() -> None:
    payload = payload_of(raw(f"token={SECRET}&key=another&api_key=x&dedup=key"), SECRET)
    assert payload.query == b"token=***&key=***&api_key=***&dedup=key"


def test_a_header_that_holds_the_secret_leaves_the_body_as_it_is() -> None:
    sent = raw("", b"91 % full \\u0041", authorization=f"Bearer {SECRET}")
    assert payload_of(sent, SECRET).body == sent.body


@pytest.mark.parametrize("secret", ["\udcff" * 10, "x" * 100_000, "[(", ""], ids=["bytes", "long", "pattern", "empty"])
def test_a_secret_may_be_anything(secret: str) -> None:
    payload_of(raw("token=x", b"body " * 1000), secret)
