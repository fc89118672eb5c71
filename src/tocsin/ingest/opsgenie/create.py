"""The body of ``POST /v2/alerts`` as messages: the alert, and the note that may come with it. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tocsin.domain.alert_link import AlertLink
from tocsin.domain.dedup_key import user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.custom_details import add_flat_fields, readable, runbooks_in
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import fit_labels
from tocsin.ingest.links import fit_links
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message
from tocsin.ingest.opsgenie.notes import note_of
from tocsin.ingest.severity import fit_severity
from tocsin.ingest.summary import first_line, fit_summary, instead_of_summary
from tocsin.store.alerts.new_alert import NewAlert

DEFAULT_SEVERITY = "warning"
"""An alert without a priority has P3 in Opsgenie."""

_NOT_USED = {
    "responders": "the service's escalation policy says who is paged",
    "teams": "the service's escalation policy says who is paged",
    "visibleTo": "everybody who is signed in sees alerts",
    "actions": "Tocsin has no custom actions",
}


def parse_create(mender: Mender, fields: Mapping[str, Any]) -> list[Message]:
    """The messages that a request to create an alert is. Raises InvalidInput when nothing says what it is about."""
    alert = _alert(mender, fields)
    note = note_of(fields)
    return [Message("trigger", alert), *([Message("note", alert, note=note)] if note else [])]


def _alert(mender: Mender, fields: Mapping[str, Any]) -> NewAlert:
    alias = fit_dedup(mender, fields.get("alias"), "alias")
    given = fields.get("details")
    texts = (mender.text("description", fields.get("description")).strip(), readable(mender, "details", given))
    details = "\n\n".join(filter(None, texts))
    summary = mender.line("message", fields.get("message")) or _instead_of_message(mender, details, alias)
    summary, details = fit_summary(mender, summary, details)
    links, details = fit_links(mender, [*runbooks_in(given), *_source_link(mender, fields)], details)
    labels = fit_labels(mender, "labels", _labels(mender, fields))
    severity = fit_severity(mender, fields.get("priority") or DEFAULT_SEVERITY, labels)
    add_flat_fields(labels, given)
    for name, why in _NOT_USED.items():
        if fields.get(name):
            mender.note(name, f"not used, for {why} (it is {shown(fields[name])})")
    return NewAlert(
        summary=summary,
        details=details,
        severity=severity,
        labels=labels,
        links=links,
        dedup_key=user_key(alias or uuid4().hex),
        mended=mender.mended,
    )


def _instead_of_message(mender: Mender, details: str, alias: str) -> str:
    """What an alert without a message is called. Raises InvalidInput when nothing is left to call it by."""
    others = (("the first line of the details", first_line(details)), ("alias", alias))
    if message := instead_of_summary(mender, "message", others):
        return message
    raise InvalidInput(FieldError("message", "Message can not be empty."))


def _labels(mender: Mender, fields: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Entity, source and tags; of the tags one label, for they have no names."""
    labels = [(name, fields.get(name)) for name in ("entity", "source")]
    tags = fields.get("tags")
    if isinstance(tags, list):
        tags = ", ".join(mender.as_text("tags", tag) for tag in tags)
    return [(name, value) for name, value in (*labels, ("tags", tags)) if value]


def _source_link(mender: Mender, fields: Mapping[str, Any]) -> list[AlertLink]:
    """The source, where it is the address of a page, as Alertmanager's is."""
    source = fields.get("source")
    is_page = isinstance(source, str) and source.startswith(("http://", "https://"))
    return [AlertLink("source", mender.as_text("source", source))] if is_page else []
