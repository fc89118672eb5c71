"""The generic way in: ``POST /api/v2/generic/incoming``, as senders that speak to GoAlert use it.

A message comes as query, form (URL-encoded or multipart) or JSON, whose fields override the others and are named in
any case: ``summary``, ``details``, ``action`` (``close``, ``ack``, anything else raises), ``dedup``, ``meta``, and
``severity``. Fields that we do not know are ignored, as GoAlert does: senders send them. The integration key stands in
the query, the form or the Authorization header. The answer is 204, or 200 with the ids when JSON is asked for, and
comes only after the commit. Errors are problem details, as everywhere; a wrong field is 400 here, as senders expect.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tocsin.db.pool import Pool
from tocsin.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from tocsin.http.auth import client_ip
from tocsin.http.problems import problem
from tocsin.ingest.generic.parameters import Parameters, read_parameters, read_query
from tocsin.ingest.generic.parse import Action, Incoming, understand
from tocsin.store.actor import acting
from tocsin.store.alerts import alerts
from tocsin.store.alerts.alerts import NewAlert
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import Credential

router = APIRouter()

PATH = "/api/v2/generic/incoming"
OLD_PATH = "/v1/api/alerts"

_KEY_TYPE = "generic"
_TOKEN_PARAMETERS = ("token", "integrationKey", "integration_key", "key")
_REFUSED = re.compile(r"q=0(\.0*)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message; alert 0 and no service when it asked to act on an alert that is not open."""

    alert_id: int = 0
    service_id: str = ""
    is_new: bool = False


async def incoming(request: Request) -> Response:
    """Take one message in."""
    try:
        answer = await _take(request)
    except InvalidInput as error:
        return problem(400, str(error), error.errors)
    if not wants_json(request.headers.get("accept", "")):
        return Response(status_code=204)
    return JSONResponse({"AlertID": answer.alert_id, "ServiceID": answer.service_id, "IsNew": answer.is_new})


for _path in (PATH, OLD_PATH):
    router.add_route(_path, incoming, methods=["POST"], include_in_schema=False)


def wants_json(accept: str) -> bool:
    """Whether an Accept header asks for JSON by name; anything, as in ``*/*``, is no wish."""
    return any(_is_json(item) for item in accept.split(","))


def read_secret(headers: Headers, parameters: Parameters) -> str | None:
    """The integration key that a request carries, in the order in which senders' habits are looked for."""
    return parameters.first(*_TOKEN_PARAMETERS) or _from_header(headers.get("authorization", ""))


def _is_json(item: str) -> bool:
    media_type, *options = (part.strip().lower().replace(" ", "") for part in item.split(";"))
    return media_type == "application/json" and not any(_REFUSED.fullmatch(option) for option in options)


def _from_header(authorization: str) -> str | None:
    scheme, _, value = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip() or None
        case "basic":
            return _basic_password(value.strip())
        case _:
            return None


def _basic_password(value: str) -> str | None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(b":")[2].decode("utf-8", "surrogateescape") or None


async def _take(request: Request) -> Answer:
    pool: Pool = request.app.state.pool
    query, body = request.scope["query_string"], await request.body()
    try:
        parameters = read_parameters(query, request.headers.get("content-type", ""), body)
    except InvalidInput:
        await integration_keys.authenticate(pool, _credential(request, Parameters(read_query(query))))
        raise
    credential = _credential(request, parameters)
    try:
        message = understand(parameters)
    except InvalidInput:
        await integration_keys.authenticate(pool, credential)
        raise
    return await _act(pool, credential, message)


def _credential(request: Request, parameters: Parameters) -> Credential:
    secret = read_secret(request.headers, parameters)
    if secret is None:
        raise Unauthenticated("give the integration key: ?token=…, or Authorization: Bearer …")
    return Credential(secret, _KEY_TYPE, client_ip(request))


async def _act(pool: Pool, credential: Credential, message: Incoming) -> Answer:
    if message.action == "trigger":
        raised = await alerts.raise_by_key(pool, credential, message.alert)
        return Answer(raised.alert_id, str(raised.service_id), raised.is_new)
    source = await integration_keys.authenticate(pool, credential)
    return await _handle(pool, source, message.action, message.alert)


async def _handle(pool: Pool, source: integration_keys.Source, action: Action, alert: NewAlert) -> Answer:
    """Close or acknowledge the open alert that is meant, if there is one."""
    async with acting(pool, source.actor) as connection:
        alert_id = await alerts.open_alert(connection, source.service_id, alert.dedup_key)
        if alert_id is None:
            return Answer()
        try:
            act = alerts.close if action == "close" else alerts.acknowledge
            await act(connection, alert_id, source.actor)
        except (Conflict, NotFound):  # closed or deleted a moment ago
            return Answer()
    return Answer(alert_id, str(source.service_id))
