"""A text as HTML: its web addresses are links, and it can be nothing but text and links."""

import re
from html.parser import HTMLParser

import pytest

from tocsin.channels.kit.rendering import linked

HOSTILE = [
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'onmouseover='alert(1)",
    "https://a.example/<script>alert(1)</script>",
    "<a href='https://a.example/'>x</a>",
    "https://a.example/&quot;onload=x",
    "https://a.example/{0}{1}%s {{ 7*7 }}",
    "javascript:alert('https://a.example/')",
    "https://a.example/\x00\x0b\u2028<img src=x onerror=alert(1)>",
    "&lt;b&gt; & https://a.example/?a=1&amp;b=2&c=3",
    "\ud800 https://a.example/",
]


class Reader(HTMLParser):
    """Reads what a browser would: text, and the attributes of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(str(html))
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text_and_links(text: str) -> None:
    found = read(linked(text))
    assert found.text == text
    for tag, attributes in found.tags:
        assert (tag, set(attributes)) == ("a", {"href", "rel", "target"})
        assert re.match("https?://", attributes["href"] or "")
        assert attributes["rel"] == "noopener noreferrer nofollow"


def test_the_link_is_the_address_byte_for_byte() -> None:
    url = "https://grafana.example/d/x?var-a=1&from=now-1h&q=%7B%22a%22%7D#p=(2)"
    [(_, attributes)] = read(linked(f"Dashboard: {url}.")).tags
    assert attributes["href"] == url


def test_an_address_that_may_lack_its_end_is_no_link() -> None:
    assert "<a" not in linked("see https://a.example/lo", cut=True)
    assert linked("https://a.example/ and", cut=True).count("<a") == 1
