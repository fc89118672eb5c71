"""A format that fails, ours or another package's: nothing is lost of what was sent, and the sender is told so."""

from dataclasses import replace

import pytest
from starlette.datastructures import Headers

from tocsin.errors import Unauthenticated, Unmapped
from tocsin.ingest.answer_request import answer_error, answer_results
from tocsin.ingest.message_format import MessageFormat, RawRequest
from tocsin.ingest.pagerduty.format import PAGERDUTY
from tocsin.ingest.read_request import read_request

KEY, OTHER = "0123456789abcdef" * 2, "f" * 32


def broken(*_: object) -> object:
    raise LookupError


BROKEN: MessageFormat = replace(PAGERDUTY, read=broken, answer=broken, refuse=broken)  # type: ignore[arg-type]


def raw(body: str) -> RawRequest:
    return RawRequest(b"", Headers(), body.encode())


@pytest.mark.parametrize(
    "body", [f'{{"trace": "{OTHER}", "routing_key": "{KEY}"}}', f"a={OTHER}&token={KEY}", f"<key>{KEY}</key>"]
)
def test_a_format_that_cannot_read_finds_its_key_in_the_body(body: str) -> None:
    for failing in (BROKEN, replace(PAGERDUTY, read=lambda _: None)):  # type: ignore[arg-type, return-value]
        submission = read_request(failing, raw(body))
        assert (submission.secret, type(submission.messages)) == (KEY, Unmapped)


def test_what_is_no_key_is_none() -> None:
    assert read_request(BROKEN, raw("0" * 64)).secret is None


def test_a_format_that_cannot_answer_says_what_counts_all_the_same() -> None:
    assert answer_results(BROKEN, raw(""), []).status_code == 202
    assert answer_error(BROKEN, raw(""), Unauthenticated("no key")).status_code == 401
