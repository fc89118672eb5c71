"""Links as senders send them, made fit to store: one that is not a web address becomes text in the details."""

import re
from collections.abc import Sequence

from tocsin.domain.alert_link import LINK_KINDS, MAX_LINK_LENGTH, MAX_LINKS, AlertLink, LinkKind, check_href
from tocsin.ingest.mending import Mender
from tocsin.ingest.text import mend, mend_line

_RUNBOOK = re.compile("run[ _-]?book|playbook", re.IGNORECASE)


def fit_links(mender: Mender, given: Sequence[AlertLink], details: str) -> tuple[list[AlertLink], str]:
    """The first 20 links with an address of http or https, and the details with the other links at their end."""
    links: list[AlertLink] = []
    others: list[str] = []
    problems: dict[str, None] = {}
    for link in dict.fromkeys(given):
        href, text = mend(link.href.strip()).text, mend_line(link.text).text
        problem = _why_no_link(address := href.replace(" ", "%20"), len(links))
        if not problem:
            links.append(AlertLink(link.kind, address, _fit_text(mender, text)))
        elif href or text:
            problems[problem] = None
            others.append(": ".join(filter(None, (text, href))))
    for problem in problems:
        mender.note("links", f"{problem}, put into the details as text")
    return links, "\n\n".join(filter(None, (details, "\n".join(others))))


def read_links(mender: Mender, given: object) -> list[AlertLink]:
    """The links in a JSON value, which may also be one link."""
    if given is None:
        return []
    return [_link(mender, item) for item in (given if isinstance(given, list) else [given])]


def kind_by_text(text: str) -> LinkKind:
    """A runbook when the text of the link says so: most senders cannot say it otherwise."""
    return "runbook" if _RUNBOOK.search(text) else "link"


def _fit_text(mender: Mender, text: str) -> str:
    if len(text) > MAX_LINK_LENGTH:
        mender.note("links", f"a text of {len(text)} characters cut to {MAX_LINK_LENGTH}")
    return text[:MAX_LINK_LENGTH]


def _why_no_link(href: str, count: int) -> str | None:
    if count >= MAX_LINKS:
        return f"more than {MAX_LINKS}"
    try:
        check_href(href)
    except ValueError as error:
        return f"an address {error}"
    return None


def _link(mender: Mender, item: object) -> AlertLink:
    if not isinstance(item, dict) or not item.get("href"):
        return AlertLink("link", mender.as_text("links", item))
    href, text = (mender.as_text("links", item.get(name)) for name in ("href", "text"))
    return AlertLink(_kind(item.get("kind")), href, text)


def _kind(given: object) -> LinkKind:
    return next((kind for kind in LINK_KINDS if kind == given), "link")
