"""Links of any sender, made fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.alert_link import MAX_LINK_LENGTH, MAX_LINKS, AlertLink, check_href
from tocsin.ingest.links import fit_links
from tocsin.ingest.mending import Mender

WEB = "https://wiki.example.org/"
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=40)


@pytest.mark.parametrize("href", [WEB, "http://10.0.0.1:9090/graph?g0.expr=up%3D%3D0#a", "HTTPS://[::1]/x"])
def test_addresses_of_the_web_are_links(href: str) -> None:
    mender = Mender()
    assert fit_links(mender, [AlertLink("runbook", f" {href} ", "a\nb")], "d") == (
        [AlertLink("runbook", href, "a b")],
        "d",
    )
    assert mender.mended == []


def test_spaces_in_an_address_are_escaped() -> None:
    assert fit_links(Mender(), [AlertLink("link", f"{WEB}a b")], "") == ([AlertLink("link", f"{WEB}a%20b")], "")


@pytest.mark.parametrize(
    "href", ["", "javascript:alert(1)", "https://", "//a.example", "http://a\\b", "https://[", "data:a b", "http:a"]
)
def test_all_else_is_text(href: str) -> None:
    mender = Mender()
    text = f"caption: {href}" if href else "caption"
    assert fit_links(mender, [AlertLink("link", href, "caption")], "d") == ([], f"d\n\n{text}")
    assert len(mender.mended) == 1


def test_there_are_at_most_20_links_and_2000_characters() -> None:
    mender = Mender()
    links, details = fit_links(mender, [AlertLink("link", f"{WEB}{number}") for number in range(MAX_LINKS + 2)], "")
    assert (len(links), details) == (MAX_LINKS, f"{WEB}20\n{WEB}21")
    assert mender.mended == ["links: more than 20, put into the details as text"]
    long = [AlertLink("link", WEB + "x" * MAX_LINK_LENGTH), AlertLink("link", WEB, "x" * 3000)]
    links, details = fit_links(mender, long, "")
    assert [len(link.text) for link in links] == [MAX_LINK_LENGTH]
    assert details == long[0].href


@given(st.lists(st.tuples(ANY_TEXT | ANY_TEXT.map(lambda end: f"https://a{end}"), ANY_TEXT), max_size=30))
def test_whatever_comes_can_be_stored(given_links: list[tuple[str, str]]) -> None:
    mender = Mender()
    links, details = fit_links(mender, [AlertLink("image", href, text) for href, text in given_links], "")
    assert len(links) <= MAX_LINKS
    for link in links:
        assert check_href(link.href).lower().startswith(("http://", "https://"))
    for text in (details, *mender.mended, *(link.text for link in links), *(link.href for link in links)):
        assert "\0" not in text
        text.encode()
