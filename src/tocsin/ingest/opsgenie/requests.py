"""What a request asks for, by its path. Pure.

    POST   /v2/alerts                          raise an alert
    DELETE /v2/alerts/{identifier}             close it
    POST   /v2/alerts/{identifier}/{action}    act on it
    PUT    /v2/alerts/{identifier}/{field}     a note: what an alert says is its first message's

The query says whether the identifier is an alias or the number of an alert, which is its id and its tiny id. An
identifier that is no number is an alias, whatever the query says.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.dedup_key import user_key
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.iso_time import read_time
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message, MessageAction
from tocsin.ingest.opsgenie.create import parse_create
from tocsin.ingest.opsgenie.notes import note_of, request_as_note
from tocsin.store.alerts.new_alert import NewAlert

CREATE = "/v2/alerts"

_ACTIONS: Mapping[str, tuple[MessageAction, str]] = {
    "acknowledge": ("acknowledge", "Acknowledge"),
    "unacknowledge": ("reopen", "UnAcknowledge"),
    "close": ("close", "Close"),
    "snooze": ("snooze", "Snooze"),
    "notes": ("note", "AddNote"),
    "escalate": ("escalate", "EscalateToNext"),
}
_NOTED = "details|tags|responders|teams|assign|message|description|priority|attachments"
_PATH = re.compile(
    rf"{CREATE}/(?P<identifier>.+?)/(?P<action>{'|'.join(_ACTIONS)}|{_NOTED}|actions/[^/]+)/?", re.DOTALL
)
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class AlertRequest:
    """What a path asks for: one of our actions with Opsgenie's name for it, or, of ``note``, ``what`` else it names."""

    action: MessageAction
    name: str
    identifier: str = ""
    what: str = ""


def read_path(method: str, path: str) -> AlertRequest:
    """The request that a path is. Raises InvalidInput when it ends in no action and is not to delete the alert."""
    if path.rstrip("/") == CREATE:
        return AlertRequest("trigger", "Create")
    found = _PATH.fullmatch(path)
    if found is None:
        if method != "DELETE":
            raise InvalidInput(FieldError("path", "There is no such action."))
        return AlertRequest("close", "Delete", path.removeprefix(f"{CREATE}/"))
    identifier, word = found["identifier"], found["action"]
    if word in _ACTIONS:
        return AlertRequest(*_ACTIONS[word], identifier)
    return AlertRequest("note", "Custom Action", identifier, word)


def messages_of(
    mender: Mender, request: AlertRequest, identifier_type: str, fields: Mapping[str, Any]
) -> list[Message]:
    """The messages that the request is; the one that it is about comes first when it raises an alert, else last.

    A note stands before the action that it explains: what is closed is not found by its alias. Raises InvalidInput.
    """
    if request.action == "trigger":
        return parse_create(mender, fields)
    alert, alert_id = _alert_meant(mender, request.identifier, identifier_type)
    note = note_of(fields)
    if request.what:
        return [Message("note", alert, alert_id, note=request_as_note(request.what, fields))]
    if request.action == "note":
        if not note:
            raise InvalidInput(FieldError("note", "Note can not be empty."))
        return [Message("note", alert, alert_id, note=note)]
    until = read_time(fields.get("endTime")) if request.action == "snooze" else None
    if request.action == "snooze" and until is None:
        raise InvalidInput(FieldError("endTime", "End time must be given as an instant in ISO 8601."))
    before = [Message("note", alert, alert_id, note=note)] if note else []
    return [*before, Message(request.action, alert, alert_id, until=until)]


def alert_number(identifier: str, identifier_type: str) -> int | None:
    """The number of the alert that is meant; None when the identifier is an alias."""
    is_alias = identifier_type.lower() == "alias" or not _NUMBER.fullmatch(identifier)
    return None if is_alias else int(identifier)


def _alert_meant(mender: Mender, identifier: str, identifier_type: str) -> tuple[NewAlert, int | None]:
    alias = fit_dedup(mender, identifier, "identifier")
    if not alias:
        raise InvalidInput(FieldError("identifier", "Identifier can not be empty."))
    return NewAlert(summary=alias, dedup_key=user_key(alias)), alert_number(alias, identifier_type)
