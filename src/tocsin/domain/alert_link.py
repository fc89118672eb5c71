"""What an alert points to: a page about it, its runbook, an image, or where it comes from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from tocsin.domain.hyperlinks import UNSEEN

LinkKind = Literal["link", "runbook", "image", "source"]
LINK_KINDS: Sequence[LinkKind] = get_args(LinkKind)

MAX_LINKS = 20  # of an alert
MAX_LINK_LENGTH = 2000  # characters, of an address and of a text

_UNSAFE = re.compile(rf"[\x00-\x20\x7f-\xa0\ud800-\udfff\\{UNSEEN}]")


@dataclass(frozen=True, slots=True)
class AlertLink:
    """An address of the web, and the text that people read; without a text they read the address."""

    kind: LinkKind
    href: str
    text: str = ""

    @property
    def record(self) -> Mapping[str, str]:
        """The link as JSON."""
        return {"kind": self.kind, "href": self.href, "text": self.text}


def check_href(href: str) -> str:
    """The address as it is. Raises ValueError, with what it must be, unless it is one of http or https."""
    if len(href) > MAX_LINK_LENGTH:
        raise ValueError(f"must have at most {MAX_LINK_LENGTH:,} characters")
    if _UNSAFE.search(href) or not _has_web_host(href):
        raise ValueError("must be an address that starts with http:// or https://")
    return href


def _has_web_host(href: str) -> bool:
    try:
        parts = urlsplit(href)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # such as an unfinished IPv6 address
        return False
