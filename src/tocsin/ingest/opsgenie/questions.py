"""What senders ask: what became of a request, how an alert stands, and which alerts there are.

    GET /v2/alerts/requests/{requestId}    GET /v2/alerts/{identifier}
    GET /v2/alerts                         GET /v2/alerts/count

A key sees the alerts of its own service. Of ``query``, a list understands ``status`` and ``alias``.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.domain.dedup_key import shown_key, user_key
from tocsin.domain.escalation.state import AlertStatus
from tocsin.errors import NotFound, TocsinError, Unauthenticated
from tocsin.http.auth import client_ip
from tocsin.http.problems import unavailable
from tocsin.ingest.opsgenie import answers
from tocsin.ingest.opsgenie.request_id import read_id
from tocsin.ingest.opsgenie.requests import CREATE, alert_number
from tocsin.ingest.opsgenie.secret import KEY_TYPE, read_key
from tocsin.ingest.parameters import Parameters, read_query
from tocsin.store.alerts import alert_list, new_alert
from tocsin.store.alerts.alert_list import Alert, AlertFilter
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import KnownSender, SenderCredential

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


@dataclass(frozen=True, slots=True)
class Question:
    """A request that only asks, by whom, and its query."""

    pool: Pool
    sender: KnownSender
    query: Parameters
    identifier: str

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query, at most so much; the default where it has none."""
        text = self.query.first(name) or ""
        return min(int(text), most) if re.fullmatch("[0-9]{1,9}", text) else default


def question_router() -> APIRouter:
    """The paths that only ask."""
    router = APIRouter()
    for path, answer in (
        (CREATE, _listed),
        (f"{CREATE}/count", _counted),
        (f"{CREATE}/requests/{{identifier}}", _status_of_request),
        (f"{CREATE}/{{identifier:path}}", _shown),
    ):
        router.add_route(path, _endpoint(answer), methods=["GET"], include_in_schema=False)
    return router


def _endpoint(answer: Callable[[Question], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    async def asked(request: Request) -> Response:
        try:
            return answers.found(await answer(await _question(request)))
        except TocsinError as error:
            return answers.refused(error)
        except Exception as error:
            if refusal := unavailable(error):
                return answers.refused(refusal)
            raise

    return asked


async def _question(request: Request) -> Question:
    query = Parameters(read_query(request.scope["query_string"]))
    secret = read_key(request.headers, query)
    if secret is None:
        raise Unauthenticated("give the API key")
    pool: Pool = request.app.state.pool
    sender = await integration_keys.authenticate(pool, SenderCredential(secret, KEY_TYPE, client_ip(request)))
    return Question(pool, sender, query, request.path_params.get("identifier", ""))


async def _status_of_request(question: Question) -> object:
    """What became of a request, which its id says itself."""
    outcome = read_id(question.identifier)
    if outcome is None:
        raise NotFound("Request not found. It might not be processed, yet.")
    alert = await _of_service(question, outcome.alert_id) if outcome.is_success else None
    return {
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


async def _shown(question: Question) -> object:
    identifier, kind = question.identifier, question.query.first("identifierType") or "id"
    number = alert_number(identifier, kind)
    if number is None:
        key = user_key(identifier)
        number = await new_alert.open_alert(question.pool, question.sender.service_id, key) if _is_text(key) else None
    return _fields(await _of_service(question, number or 0))


async def _listed(question: Question) -> object:
    limit, offset = question.number("limit", 20, _MOST_LISTED), question.number("offset", 0, _MOST_COUNTED)
    return [_fields(alert) for alert in (await _matching(question, limit + offset))[offset:]]


async def _counted(question: Question) -> object:
    return {"count": len(await _matching(question, _MOST_COUNTED))}


async def _matching(question: Question, most: int) -> Sequence[Alert]:
    """The newest alerts of the service that meet the conditions of the query that are known here."""
    text = question.query.first("query") or ""
    conditions = {name.lower(): value.strip('"') for name, value in _CONDITION.findall(text)}
    statuses = _STATUSES.get(conditions.get("status", "").lower(), ())
    wanted = AlertFilter(statuses=statuses, service_id=question.sender.service_id)
    if (alias := conditions.get("alias")) is None:
        return (await alert_list.page(question.pool, wanted, None, most)).items if most else ()
    key = user_key(alias)
    alert_id = await new_alert.open_alert(question.pool, question.sender.service_id, key) if _is_text(key) else None
    found = [] if alert_id is None else [await _of_service(question, alert_id)]
    return [alert for alert in found if not statuses or alert.status in statuses]


async def _of_service(question: Question, alert_id: int) -> Alert:
    """Raises NotFound for an alert of another service too."""
    try:
        alert = await alert_list.get(question.pool, alert_id)
    except NotFound:
        alert = None
    if alert is None or alert.service_id != question.sender.service_id:
        raise NotFound("Alert does not exist")
    return alert


def _is_text(key: str) -> bool:
    return "\0" not in key and key.isprintable()


def _fields(alert: Alert) -> Mapping[str, Any]:
    """An alert in Opsgenie's words; what Tocsin has not is empty."""
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
