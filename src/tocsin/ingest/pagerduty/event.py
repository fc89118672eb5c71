"""An event of either version, in the fields of version 2, as a message. Pure.

An event of version 1 (https://developer.pagerduty.com/docs/events-api-v1/overview/) becomes one of version 2. An event
without a ``dedup_key`` raises an alert of its own, whose key is made here and returned in the answer.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tocsin.domain.dedup_key import user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.custom_details import add_flat_fields, readable, runbooks_in
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import MAX_LABELS, fit_labels
from tocsin.ingest.links import fit_links
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message, MessageAction
from tocsin.ingest.pagerduty.links import links_of
from tocsin.ingest.severity import fit_severity
from tocsin.ingest.summary import first_line, fit_summary, instead_of_summary
from tocsin.ingest.text import mend_line
from tocsin.store.alerts.new_alert import NewAlert

Fields = Mapping[str, Any]

_ACTIONS: Mapping[str, MessageAction] = {
    "trigger": "trigger",
    "acknowledge": "acknowledge",
    "ack": "acknowledge",
    "resolve": "close",
    "resolved": "close",
    "close": "close",
}
_LABELS = ("source", "component", "group", "class")


def event_of_v1(fields: Fields) -> Fields:
    """The fields of an event of version 1 under the names of version 2."""
    contexts = fields.get("contexts") or []
    listed = contexts if isinstance(contexts, list) else [contexts]
    return {
        "event_action": fields.get("event_type"),
        "dedup_key": fields.get("incident_key"),
        "client": fields.get("client"),
        "client_url": fields.get("client_url"),
        "payload": {"summary": fields.get("description"), "custom_details": fields.get("details")},
        "links": [context for context in listed if not _is_image(context)],
        "images": [context for context in listed if _is_image(context)],
    }


def _is_image(context: object) -> bool:
    return isinstance(context, dict) and context.get("type") == "image"


def parse_event(mender: Mender, event: Fields) -> Message:
    """The message that an event is. Raises InvalidInput when it names nothing."""
    payload = _payload(event.get("payload"))
    dedup = fit_dedup(mender, event.get("dedup_key"), "dedup_key")
    action = _action(mender, event.get("event_action"))
    if action != "trigger":
        return _about_open_alert(action, dedup)
    details = readable(mender, "custom_details", payload.get("custom_details"))
    summary = mender.line("summary", payload.get("summary")) or _instead_of_summary(mender, payload, details, dedup)
    summary, details = fit_summary(mender, summary, details)
    links, details = fit_links(mender, [*runbooks_in(payload.get("custom_details")), *links_of(mender, event)], details)
    labels = _labels(mender, event, payload)
    severity = fit_severity(mender, payload.get("severity"), labels)
    add_flat_fields(labels, payload.get("custom_details"))
    alert = NewAlert(
        summary=summary,
        details=details,
        severity=severity,
        labels=labels,
        links=links,
        dedup_key=user_key(dedup or uuid4().hex),
        mended=mender.mended,
    )
    return Message("trigger", alert)


def _payload(given: object) -> Fields:
    """The payload; of another type than an object it is taken for the details."""
    return given if isinstance(given, dict) else {"custom_details": given}


def _action(mender: Mender, given: object) -> MessageAction:
    """What an event asks for; anything else than PagerDuty's words is taken for a trigger."""
    word = mender.line("event_action", given)
    if word.lower() not in _ACTIONS:
        mender.note("event_action", f"trigger taken for {shown(word)}" if word else "is missing, trigger taken")
    return _ACTIONS.get(word.lower(), "trigger")


def _about_open_alert(action: MessageAction, dedup: str) -> Message:
    if not dedup:
        raise InvalidInput(FieldError("dedup_key", "is missing or blank"))
    return Message(action, NewAlert(summary=mend_line(dedup).text, dedup_key=user_key(dedup)))


def _instead_of_summary(mender: Mender, payload: Fields, details: str, dedup: str) -> str:
    """What an alert without a summary is called. Raises InvalidInput when nothing is left to call it by."""
    others = (
        ("the first line of custom_details", first_line(details)),
        ("source", mender.line("source", payload.get("source"))),
        ("dedup_key", dedup),
    )
    if summary := instead_of_summary(mender, "summary", others):
        return summary
    raise InvalidInput(FieldError("payload.summary", "is missing or blank"))


def _labels(mender: Mender, event: Fields, payload: Fields) -> dict[str, str]:
    """What the event is about, in PagerDuty's words for it; and its client, unless that is a link."""
    given = [(name, payload.get(name)) for name in _LABELS]
    if not event.get("client_url"):
        given.append(("client", event.get("client")))
    return fit_labels(mender, "payload", [(name, value) for name, value in given if value][:MAX_LABELS])
