"""What a message to the generic path asks for. Pure: parameters in, a frozen value out.

A sender of an alert has something to report, so errors are mended, and noted: broken or over-long text, values of
another type, too many labels, an unknown severity. Only two messages are refused: a new alert without any text to show,
and an action without a summary or dedup that says which alert is meant.
"""

from collections.abc import Mapping

from tocsin.domain.dedup_key import auto_key, user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import MAX_LABELS, fit_labels, labels_of
from tocsin.ingest.links import fit_links, read_links
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message, MessageAction
from tocsin.ingest.parameters import Parameters
from tocsin.ingest.severity import fit_severity
from tocsin.ingest.summary import first_line, fit_summary, instead_of_summary
from tocsin.ingest.text import mend_line
from tocsin.store.alerts.new_alert import NewAlert

_ACTIONS: Mapping[str, MessageAction] = {"close": "close", "ack": "acknowledge"}


def parse(parameters: Parameters) -> Message:
    """The message that the parameters make. Raises InvalidInput when it names nothing."""
    mender = Mender(list(parameters.mended))
    action = _ACTIONS.get(mender.as_text("action", parameters.value("action")), "trigger")
    summary = mender.line("summary", parameters.value("summary"))
    details = mender.text("details", parameters.value("details"))
    dedup = fit_dedup(mender, parameters.value("dedup"))
    if action == "trigger" and not summary:
        others = (("the first line of the details", first_line(details)), ("dedup", dedup))
        summary = instead_of_summary(mender, "summary", others)
    summary, details = fit_summary(mender, summary, details)
    links, all_details = fit_links(mender, read_links(mender, parameters.fields.get("links")), details)
    labels = _labels(mender, parameters)
    severity = fit_severity(mender, parameters.value("severity"), labels)
    _require(parameters, action, summary, dedup)
    if parameters.unread:
        mender.note("body", f"not read, its type is {mend_line(parameters.unread).text[:100]}")
    alert = NewAlert(
        summary=summary,
        details=all_details,
        severity=severity,
        labels=labels,
        links=links,
        dedup_key=user_key(dedup) if dedup else auto_key(summary, details),
        mended=mender.mended,
    )
    return Message(action, alert)


def _require(parameters: Parameters, action: MessageAction, summary: str, dedup: str) -> None:
    """Raise InvalidInput when a new alert has no summary, or when nothing says which alert to act on."""
    if summary or (action != "trigger" and dedup):
        return
    unread = parameters.unread
    hint = f"; a body of type {unread} is not read, send JSON as application/json" if unread else ""
    needed = "is required and may not be empty" if action == "trigger" else "or dedup must say which alert is meant"
    raise InvalidInput(FieldError("summary", needed + hint))


def _labels(mender: Mender, parameters: Parameters) -> dict[str, str]:
    """``meta``: an object of strings in JSON, which counts before ``meta=key=value`` of form and query."""
    match parameters.fields.get("meta"):
        case None:
            pairs = mender.first("meta", parameters.all("meta"), MAX_LABELS, "labels")
            return fit_labels(mender, "meta", [_split(mender, pair) for pair in pairs])
        case dict() as given:
            return labels_of(mender, "meta", given)
        case str() as given:
            return fit_labels(mender, "meta", [_split(mender, given)])
        case list() as given:
            items = mender.first("meta", given, MAX_LABELS, "labels")
            return fit_labels(mender, "meta", [_split(mender, mender.as_text("meta", item)) for item in items])
        case given:
            return fit_labels(mender, "meta", [("meta", given)])


def _split(mender: Mender, pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        mender.note("meta", f"no key=value, taken for a label without a value (it is {shown(pair)})")
    return name, value
