"""What a mapping would make of payloads, as its page shows it."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.dedup_key import shown_key
from tocsin.errors import FieldError
from tocsin.ingest.message_format import KeyOption, Message, MessageAction
from tocsin.ingest.text import mend
from tocsin.ingest.try_out import TryOut
from tocsin.web.kit.payload_text import payload_text

_MOST_ALERTS = 20
_MOST_BODY = 20_000
_ACTIONS: Mapping[MessageAction, str] = {"trigger": "Raises", "close": "Closes", "acknowledge": "Acknowledges"}


@dataclass(frozen=True, slots=True)
class TriedAlert:
    """An alert that a payload would make. ``dedup`` is empty where summary and details say what it is about."""

    does: str
    summary: str
    details: str
    severity: str
    dedup: str
    labels: Mapping[str, str]
    links: Sequence[str]
    mended: Sequence[str]


@dataclass(frozen=True, slots=True)
class TriedPayload:
    """A payload, and what it would make or why it cannot be mapped. One that was pasted has come at no time."""

    received_at: datetime | None
    body: str
    alerts: Sequence[TriedAlert]
    more: int
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class MappingEffects:
    """What was tried; or what is wrong with the expressions."""

    payloads: Sequence[TriedPayload] = ()
    problems: Sequence[str] = ()
    is_tried: bool = False


NOT_TRIED = MappingEffects()


def problem_text(error: FieldError, mapping: Sequence[KeyOption]) -> str:
    """What is wrong, with the field as the page calls it."""
    captions = {name: option.caption for option in mapping for name in (option.name, f"options.{option.name}")}
    captions |= {"options": "Mapping", "body": "What came"}
    return f"{captions.get(error.field, error.field)}: {error.message}"


def tried_text(tried: TryOut, mapping: Sequence[KeyOption]) -> TriedPayload:
    """What was tried, for the template."""
    payload = tried.payload
    return TriedPayload(
        received_at=payload.received_at if payload else None,
        body=_indented(payload_text(payload).body) if payload else "",
        alerts=[_alert(message) for message in tried.messages[:_MOST_ALERTS]],
        more=max(0, len(tried.messages) - _MOST_ALERTS),
        problems=[problem_text(error, mapping) for error in tried.errors],
    )


def _alert(message: Message) -> TriedAlert:
    alert = message.alert
    dedup = shown_key(alert.dedup_key)
    return TriedAlert(
        does=_ACTIONS.get(message.action, message.action),
        summary=alert.summary,
        details=alert.details[:1000],
        severity=alert.severity,
        dedup="" if dedup == alert.dedup_key else dedup,
        labels=alert.labels,
        links=[link.href for link in alert.links],
        mended=alert.mended,
    )


def _indented(body: str) -> str:
    """JSON with a line for each value; any other text as it is."""
    with suppress(ValueError, RecursionError):
        body = mend(json.dumps(json.loads(body, strict=False), ensure_ascii=False, indent=2)).text
    return body if len(body) <= _MOST_BODY else body[:_MOST_BODY] + "…"
