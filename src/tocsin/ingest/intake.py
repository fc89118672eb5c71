"""What happens to a request in any format: its key is looked up, its messages are acted upon, and it is answered.

The answer comes only after the commit. Errors are problem details, as everywhere; a wrong field is 400 here, as senders
expect.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from tocsin.http.auth import client_ip
from tocsin.http.problems import problem
from tocsin.ingest.message_format import Message, MessageFormat, MessageResult, RawRequest, Submission
from tocsin.store.actor import acting
from tocsin.store.alerts import actions, new_alert
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import SenderCredential


def intake_router(formats: Iterable[MessageFormat]) -> APIRouter:
    """The paths of the formats."""
    router = APIRouter()
    for message_format in formats:
        for path in message_format.paths:
            router.add_route(path, _endpoint(message_format), methods=["POST"], include_in_schema=False)
    return router


def _endpoint(message_format: MessageFormat) -> Callable[[Request], Awaitable[Response]]:
    async def incoming(request: Request) -> Response:
        raw = RawRequest(request.scope["query_string"], request.headers, await request.body())
        submission = message_format.read(raw)
        try:
            credential = _credential(submission, message_format, client_ip(request))
            results = await _take(request.app.state.pool, credential, submission)
        except InvalidInput as error:
            return problem(400, str(error), error.errors)
        return message_format.answer(raw, results)

    return incoming


def _credential(submission: Submission, message_format: MessageFormat, ip: str | None) -> SenderCredential:
    if submission.secret is None:
        raise Unauthenticated("give the integration key: ?token=…, or Authorization: Bearer …")
    return SenderCredential(submission.secret, message_format.key_type, ip)


async def _take(pool: Pool, credential: SenderCredential, submission: Submission) -> Sequence[MessageResult]:
    if isinstance(submission.messages, InvalidInput):
        await integration_keys.authenticate(pool, credential)
        raise submission.messages
    if not submission.messages:
        await integration_keys.authenticate(pool, credential)
    return [await _act(pool, credential, message) for message in submission.messages]


async def _act(pool: Pool, credential: SenderCredential, message: Message) -> MessageResult:
    if message.action == "trigger":
        raised = await new_alert.raise_by_key(pool, credential, message.alert)
        return MessageResult(raised.alert_id, str(raised.service_id), raised.is_new)
    source = await integration_keys.authenticate(pool, credential)
    return await _handle(pool, source, message)


async def _handle(pool: Pool, source: integration_keys.KnownSender, message: Message) -> MessageResult:
    """Close or acknowledge the open alert that is meant, if there is one."""
    async with acting(pool, source.actor) as connection:
        alert_id = await new_alert.open_alert(connection, source.service_id, message.alert.dedup_key)
        if alert_id is None:
            return MessageResult()
        try:
            act = actions.close if message.action == "close" else actions.acknowledge
            await act(connection, alert_id, source.actor)
        except (Conflict, NotFound):  # closed or deleted a moment ago
            return MessageResult()
    return MessageResult(alert_id, str(source.service_id))
