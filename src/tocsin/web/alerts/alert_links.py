"""The links of an alert as its page shows them.

An image is a link as well: to load it would tell its host who looks at the alert, and the Content-Security-Policy of
pages allows nothing from elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tocsin.domain.alert_link import AlertLink, LinkKind

TOP_KINDS: Sequence[LinkKind] = ("runbook", "image")
"""What stands at the top of the page."""

_ICONS: Mapping[LinkKind, str] = {"runbook": "book", "image": "photo", "source": "world", "link": "link"}
_CAPTIONS: Mapping[LinkKind, str] = {"runbook": "Runbook", "image": "Image", "source": "Source", "link": "Link"}


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as people see it: ``host`` says where it leads, whatever its text says."""

    icon: str
    caption: str
    text: str
    href: str
    host: str


def shown_link(link: AlertLink) -> ShownLink:
    """The link for the template, which does not say its caption twice."""
    caption = _CAPTIONS[link.kind]
    text = "" if link.text.casefold() == caption.casefold() else link.text
    return ShownLink(_ICONS[link.kind], caption, text, link.href, urlsplit(link.href).hostname or link.href)
