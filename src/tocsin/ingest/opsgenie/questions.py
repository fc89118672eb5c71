"""What senders ask: what became of a request, how an alert stands, and which alerts there are. Heartbeats, too.

    GET /v2/alerts/requests/{requestId}    GET /v2/alerts/{identifier}
    GET /v2/alerts                         GET /v2/alerts/count
    … /v2/heartbeats/{name}/ping

A key sees the alerts of its own service, and those that it has made on others. Of ``query``, a list understands
``status`` and ``alias``.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from tocsin.domain.dedup_key import shown_key, user_key
from tocsin.domain.escalation.state import AlertStatus
from tocsin.errors import NotFound
from tocsin.ingest.opsgenie import answers, heartbeats
from tocsin.ingest.opsgenie.question import Question, endpoint
from tocsin.ingest.opsgenie.request_id import read_id
from tocsin.ingest.opsgenie.requests import CREATE, alert_number
from tocsin.store.alerts import alert_list, new_alert, routed_keys
from tocsin.store.alerts.alert_list import Alert, AlertFilter

_MOST_LISTED = 100
_MOST_COUNTED = 10_000
_OPEN: Sequence[AlertStatus] = ("triggered", "acknowledged")
_STATUSES: Mapping[str, Sequence[AlertStatus]] = {
    "open": _OPEN,
    "acked": ("acknowledged",),
    "acknowledged": ("acknowledged",),
    "closed": ("closed",),
}
_CONDITION = re.compile(r"(status|alias)\s*[:=]\s*(\"[^\"]*\"|\S+)", re.IGNORECASE)
_PRIORITIES = {"critical": "P1", "error": "P2", "warning": "P3", "info": "P5"}


def question_router() -> APIRouter:
    """The paths that only ask."""
    router = APIRouter()
    for path, answer in (
        (CREATE, _listed),
        (f"{CREATE}/count", _counted),
        (f"{CREATE}/requests/{{name}}", _status_of_request),
        (f"{CREATE}/{{name:path}}", _shown),
    ):
        router.add_route(path, endpoint(answer), methods=["GET"], include_in_schema=False)
    router.add_route(heartbeats.PATH, endpoint(heartbeats.ping), methods=heartbeats.METHODS, include_in_schema=False)
    return router


async def _status_of_request(question: Question) -> Response:
    """What became of a request, which its id says itself."""
    outcome = read_id(question.name)
    if outcome is None:
        raise NotFound("Request not found. It might not be processed, yet.")
    alert = await _of_sender(question, outcome.alert_id) if outcome.alert_id else None
    data = {
        "success": outcome.is_success,
        "action": outcome.action,
        "processedAt": _instant(outcome.at),
        "integrationId": question.sender.actor.id,
        "isSuccess": outcome.is_success,
        "status": f"{outcome.action}: done"
        if outcome.is_success
        else "Alert does not exist, or is not in a state for it",
        "alertId": str(alert.id) if alert else "",
        "alias": shown_key(alert.dedup_key) if alert else "",
    }
    return answers.found(data)


async def _shown(question: Question) -> Response:
    identifier, kind = question.name, question.query.first("identifierType") or "id"
    number = alert_number(identifier, kind)
    if number is None:
        number = await _open_alert(question, identifier)
    return answers.found(_fields(await _of_sender(question, number or 0)))


async def _listed(question: Question) -> Response:
    limit, offset = question.number("limit", 20, _MOST_LISTED), question.number("offset", 0, _MOST_COUNTED)
    return answers.found([_fields(alert) for alert in (await _matching(question, limit + offset))[offset:]])


async def _counted(question: Question) -> Response:
    return answers.found({"count": len(await _matching(question, _MOST_COUNTED))})


async def _matching(question: Question, most: int) -> Sequence[Alert]:
    """The newest alerts of the service that meet the conditions of the query that are known here."""
    text = question.query.first("query") or ""
    conditions = {name.lower(): value.strip('"') for name, value in _CONDITION.findall(text)}
    statuses = _STATUSES.get(conditions.get("status", "").lower(), ())
    wanted = AlertFilter(statuses=statuses, service_id=question.sender.service_id)
    if (alias := conditions.get("alias")) is None:
        return (await alert_list.page(question.pool, wanted, None, most)).items if most else ()
    alert_id = await _open_alert(question, alias)
    found = [] if alert_id is None else [await _of_sender(question, alert_id)]
    return [alert for alert in found if not statuses or alert.status in statuses]


async def _open_alert(question: Question, alias: str) -> int | None:
    """The open alert that the key's sender knows by the alias."""
    sender, key = question.sender, user_key(alias)
    if not _is_text(key):
        return None
    return await routed_keys.open_alert(question.pool, UUID(sender.actor.id), sender.service_id, key)


async def _of_sender(question: Question, alert_id: int) -> Alert:
    """Raises NotFound for an alert of another service too, unless the key has made it there."""
    sender = question.sender
    try:
        alert = await alert_list.get(question.pool, alert_id)
    except NotFound:
        alert = None
    if alert is None or not await new_alert.is_within_reach(question.pool, sender.service_id, alert_id, sender.actor):
        raise NotFound("Alert does not exist")
    return alert


def _is_text(key: str) -> bool:
    return "\0" not in key and key.isprintable()


def _fields(alert: Alert) -> Mapping[str, Any]:
    """An alert in Opsgenie's words; fields that Tocsin does not have are empty."""
    return {
        "id": str(alert.id),
        "tinyId": str(alert.id),
        "alias": shown_key(alert.dedup_key),
        "message": alert.summary,
        "status": "closed" if alert.status == "closed" else "open",
        "acknowledged": alert.status == "acknowledged",
        "isSeen": alert.status != "triggered",
        "tags": [tag for tag in alert.labels.get("tags", "").split(", ") if tag],
        "snoozed": alert.acknowledged_until is not None,
        **({"snoozedUntil": _instant(alert.acknowledged_until)} if alert.acknowledged_until else {}),
        "count": alert.count,
        "lastOccurredAt": _instant(alert.last_seen_at),
        "createdAt": _instant(alert.created_at),
        "updatedAt": _instant(alert.last_seen_at),
        "source": alert.labels.get("source", ""),
        "owner": alert.taken_by or "",
        "priority": _PRIORITIES[alert.severity],
        "responders": [],
        "actions": [],
        "entity": alert.labels.get("entity", ""),
        "description": alert.details,
        "details": dict(alert.labels),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
