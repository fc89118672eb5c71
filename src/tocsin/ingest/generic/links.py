"""The ``links`` of a message to the generic path: addresses, or objects with ``href``, ``text`` and ``kind``."""

from tocsin.domain.alert_link import LINK_KINDS, AlertLink, LinkKind
from tocsin.ingest.mending import Mender


def read_links(mender: Mender, given: object) -> list[AlertLink]:
    """The links in a JSON value, which may also be one link."""
    if given is None:
        return []
    return [_link(mender, item) for item in (given if isinstance(given, list) else [given])]


def _link(mender: Mender, item: object) -> AlertLink:
    if not isinstance(item, dict) or not item.get("href"):
        return AlertLink("link", mender.as_text("links", item))
    href, text = (mender.as_text("links", item.get(name)) for name in ("href", "text"))
    return AlertLink(_kind(item.get("kind")), href, text)


def _kind(given: object) -> LinkKind:
    return next((kind for kind in LINK_KINDS if kind == given), "link")
