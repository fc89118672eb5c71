"""What a group says: its alerts, and what they have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.json_body import JsonBody
from tocsin.ingest.mending import Mender, shown

MAX_ALERTS = 2000
"""How many alerts of one message are taken one by one; the others are counted in one more alert."""


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """A message about a group.

    ``left_out`` counts the alerts that the sender did not send, ``not_expanded`` those over `MAX_ALERTS`.
    """

    fields: Mapping[str, Any]
    alerts: Sequence[Mapping[str, Any]]
    left_out: int
    not_expanded: int
    mended: Sequence[str]


def read_group(body: JsonBody) -> AlertGroup:
    """The group that a body tells of. Raises InvalidInput when it names no alert and no group."""
    mender = Mender(list(body.mended))
    given = _alerts(mender, body.fields.get("alerts"))
    if not given and not any(body.fields.get(name) for name in ("groupKey", "commonLabels", "commonAnnotations")):
        raise InvalidInput(FieldError("alerts", "is required: a message without alerts and groupKey names nothing"))
    alerts = [_alert(mender, alert) for alert in given[:MAX_ALERTS]]
    left_out = _number(mender, body.fields.get("truncatedAlerts"))
    return AlertGroup(body.fields, alerts, left_out, len(given) - len(alerts), mender.mended)


def as_object(mender: Mender, name: str, value: object) -> Mapping[str, Any]:
    """A value that should be an object; another one is its only member."""
    match value:
        case None:
            return {}
        case dict():
            return value
        case _:
            mender.note(name, f"is no object, taken for its only value (it is {shown(value)})")
            return {name: value}


def _alerts(mender: Mender, value: object) -> Sequence[object]:
    match value:
        case None:
            return []
        case list():
            return value
        case _:
            mender.note("alerts", f"is no list, taken for its only alert (it is {shown(value)})")
            return [value]


def _alert(mender: Mender, value: object) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    mender.note("alerts", f"one is no object, taken for its summary (it is {shown(value)})")
    return {"annotations": {"summary": value}}


def _number(mender: Mender, value: object) -> int:
    if value is None or (isinstance(value, int) and 0 <= value < 2**31):
        return int(value or 0)
    mender.note("truncatedAlerts", f"is no number of alerts, not counted (it is {shown(value)})")
    return 0
