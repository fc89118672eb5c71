"""Where a group and its alerts link to: the fields of Alertmanager and those that Grafana adds."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tocsin.domain.alert_link import MAX_LINK_LENGTH, AlertLink, LinkKind
from tocsin.ingest.mending import Mender

_OF_ALERT: Mapping[str, tuple[LinkKind, str]] = {
    "imageURL": ("image", "Panel"),
    "panelURL": ("link", "Panel"),
    "dashboardURL": ("link", "Dashboard"),
    "generatorURL": ("source", "Rule"),
    "silenceURL": ("link", "Silence it"),
}


def links_of_alert(mender: Mender, alert: Mapping[str, Any]) -> Iterator[AlertLink]:
    """What an alert of a group links to."""
    for name, (kind, text) in _OF_ALERT.items():
        if href := mender.line(name, alert.get(name)):
            yield AlertLink(kind, href, text)


def link_of_group(mender: Mender, fields: Mapping[str, Any], sender: str) -> Iterator[AlertLink]:
    """Where the sender itself shows its alerts."""
    if href := mender.line("externalURL", fields.get("externalURL")):
        yield AlertLink("link", href, sender)


def silence_link(mender: Mender, fields: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[AlertLink]:
    """Where Alertmanager begins a silence for what has these labels."""
    matchers = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    base = mender.line("externalURL", fields.get("externalURL")).rstrip("/")
    href = f"{base}/#/silences/new?filter={quote(f'{{{matchers}}}', safe='')}"
    if base and labels and len(href) <= MAX_LINK_LENGTH:
        yield AlertLink("link", href, "Silence it")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
