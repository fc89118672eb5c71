"""The links of an event: ``links``, ``images``, and the page of the client that sent it."""

from collections.abc import Iterator, Mapping
from typing import Any

from tocsin.domain.alert_link import AlertLink
from tocsin.ingest.links import kind_by_text
from tocsin.ingest.mending import Mender


def links_of(mender: Mender, event: Mapping[str, Any]) -> list[AlertLink]:
    """The links in the order in which the alert shows them. An image may lead somewhere, which is a link of its own."""
    return [*_links(mender, event.get("links")), *_images(mender, event.get("images")), *_client(mender, event)]


def _links(mender: Mender, given: object) -> Iterator[AlertLink]:
    for item in _objects(given, "href"):
        href, text = mender.as_text("links", item.get("href")), mender.as_text("links", item.get("text"))
        yield AlertLink(kind_by_text(text), href, text)


def _images(mender: Mender, given: object) -> Iterator[AlertLink]:
    for item in _objects(given, "src"):
        src, href, alt = (mender.as_text("images", item.get(name)) for name in ("src", "href", "alt"))
        alt = alt or mender.as_text("images", item.get("text"))
        yield AlertLink("image", src, alt)
        if href:
            yield AlertLink("link", href, alt)


def _client(mender: Mender, event: Mapping[str, Any]) -> Iterator[AlertLink]:
    if event.get("client_url"):
        text = mender.as_text("client", event.get("client"))
        yield AlertLink("source", mender.as_text("client_url", event["client_url"]), text)


def _objects(given: object, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; of one object the object, and of anything else an object that has it by that name."""
    if given is None:
        return
    for item in given if isinstance(given, list) else [given]:
        yield item if isinstance(item, dict) else {name: item}
