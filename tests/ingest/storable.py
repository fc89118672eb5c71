"""Real payloads with parts of them replaced by anything, and what has to hold of every message that is made of them."""

from typing import Any

from hypothesis import strategies as st

from tocsin.domain.alert_link import MAX_LINKS, AlertLink, check_href
from tocsin.ingest.labels import MAX_LABEL_NAME, MAX_LABELS
from tocsin.ingest.message_format import Message
from tocsin.ingest.text import MAX_SUMMARY
from tocsin.store.services.changes import NewChange

_ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=40)
_ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**30), 10**30) | _ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn, *payloads: object) -> Any:
    """One of the payloads with some of its values, at any depth, replaced or left out."""
    return _mutate(draw, draw(st.sampled_from(payloads)))


def _mutate(draw: st.DrawFn, value: object) -> object:
    if draw(st.integers(0, 7)) == 0:
        return draw(_ANY_VALUE)
    match value:
        case dict():
            kept = {name: _mutate(draw, inner) for name, inner in value.items() if draw(st.integers(0, 9))}
            return kept | (draw(st.dictionaries(_ANY_TEXT, _ANY_VALUE, max_size=2)) if draw(st.booleans()) else {})
        case list():
            return [_mutate(draw, inner) for inner in value]
        case _:
            return value


def assert_storable(message: Message | NewChange) -> None:
    """Every text of the message can be stored, and nothing is beyond its bounds."""
    if isinstance(message, NewChange):
        _assert_texts(message.summary, message.source, message.details)
        _assert_links(list(message.links))
        return
    alert = message.alert
    assert alert.summary or message.action != "trigger"
    assert len(alert.summary) <= MAX_SUMMARY
    assert len(alert.labels) <= MAX_LABELS
    assert all(name and len(name) <= MAX_LABEL_NAME for name in alert.labels)
    _assert_texts(alert.summary, alert.details, alert.dedup_key, *alert.labels, *alert.labels.values(), *alert.mended)
    _assert_links(list(alert.links))


def _assert_links(links: list[AlertLink]) -> None:
    assert len(links) <= MAX_LINKS
    for link in links:
        check_href(link.href)
        _assert_texts(link.text)


def _assert_texts(*texts: str) -> None:
    for text in texts:
        assert "\0" not in text
        text.encode()
