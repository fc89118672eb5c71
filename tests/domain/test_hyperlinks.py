"""Which parts of a text are addresses of web pages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.hyperlinks import pieces


def urls(text: str) -> list[str]:
    return [piece.text for piece in pieces(text) if piece.is_url]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.org/a?b=1&c=%20#d now", ["https://example.org/a?b=1&c=%20#d"]),
        ("http://a.example, https://b.example.", ["http://a.example", "https://b.example"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        (
            "https://en.wikipedia.org/wiki/Bell_(disambiguation)",
            ["https://en.wikipedia.org/wiki/Bell_(disambiguation)"],
        ),
        ("(see https://a.example/Bell_(x)).", ["https://a.example/Bell_(x)"]),
        ("[runbook](https://a.example/r)", ["https://a.example/r"]),
        ("<https://a.example/>", ["https://a.example/"]),
        ('"https://a.example/"', ["https://a.example/"]),
        ("'https://a.example/it's'", ["https://a.example/it's"]),
        ("„https://a.example/“, “https://b.example/”", ["https://a.example/", "https://b.example/"]),
        ("https://a.example/…", ["https://a.example/"]),
        ("手順書はhttps://a.example/x。", ["https://a.example/x"]),
        ("HTTPS://A.example/X", ["HTTPS://A.example/X"]),
        ("http://localhost:9090/graph?g0.expr=up%7Bjob%3D%22x%22%7D", None),
        ("http://[::1]:8080/x and http://10.0.0.1/", ["http://[::1]:8080/x", "http://10.0.0.1/"]),
        ("https://bücher.example/ä", ["https://bücher.example/ä"]),
        ("https://a.example/x\nhttps://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("https://user@a.example/", ["https://user@a.example/"]),
        ("javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd //a.example", []),
        ("xhttps://a.example svn+http://a.example", []),
        ("http:// https:///x http://. https://)", []),
        ("https://a.example/\u202egpj.exe", ["https://a.example/"]),
        ("https://a.example/\x00x", ["https://a.example/"]),
        ("", []),
    ],
)
def test_addresses_are_found_whole_and_without_the_sentence_around_them(text: str, expected: list[str] | None) -> None:
    assert urls(text) == (expected if expected is not None else [text])


@given(st.text(alphabet=st.sampled_from("htps:/.)(]['\"<>& \nä.,aé\u202e"), max_size=60) | st.text())
def test_nothing_is_lost_and_nothing_is_added(text: str) -> None:
    found = list(pieces(text))
    assert "".join(piece.text for piece in found) == text
    assert all(piece.text for piece in found)


@pytest.mark.parametrize("text", ["https://a.example/" + ")" * 200_000, "http://a" * 50_000, "https://" * 50_000])
def test_a_long_text_takes_no_longer_for_being_hostile(text: str) -> None:
    began = time.process_time()
    list(pieces(text))
    assert time.process_time() - began < 2
