"""What happens to a request in any format: its key is looked up, its messages are acted upon, and it is answered.

The answer comes only after the commit, and what was received is committed with it, as it came but for its secrets. What
cannot be mapped to any alert is kept in the key's quarantine. Errors are answered in the format's own form: by default
as problem details, as everywhere.
"""

import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog
from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import (
    InvalidInput,
    Quarantined,
    TocsinError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unmapped,
)
from tocsin.http.auth import client_ip
from tocsin.http.middleware import PathLimit
from tocsin.http.problems import unavailable
from tocsin.ingest.answer_request import answer_error, answer_results
from tocsin.ingest.connections import IngestConnections
from tocsin.ingest.deadline import within
from tocsin.ingest.json_body import bad_body
from tocsin.ingest.many_messages import act_on_all
from tocsin.ingest.message_format import Message, MessageFormat, MessageResult, RawRequest, Submission
from tocsin.ingest.metrics import count_received, show_types
from tocsin.ingest.payload import payload_of
from tocsin.ingest.rate_limit import RateLimit
from tocsin.ingest.read_request import read_request
from tocsin.ingest.routing.act import act_by_rules, raise_one
from tocsin.ingest.routing.key_rules import KnownRules
from tocsin.ingest.text import mend
from tocsin.ingest.turns import Turns
from tocsin.store.payloads.received import NewPayload
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import SenderCredential

T = TypeVar("T")

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

# A sender that waits longer than this gives up by itself, and some do not try again then; told 503 they do.
ANSWERS_WITHIN = 8.0


@dataclass(frozen=True, slots=True)
class Intake:
    """Where all formats come in, however they were sent: connections to the database, how much a key may send, and the
    routing rules of keys.
    """

    connections: IngestConnections
    limit: RateLimit
    known_rules: KnownRules = field(default_factory=KnownRules)
    turns: Turns = field(default_factory=Turns)

    async def take(
        self, key_type: str, raw: RawRequest, submission: Submission, ip: str | None
    ) -> Sequence[MessageResult]:
        """Act on what was submitted, and return once that is committed. Raises what the sender is told of."""
        if submission.secret is None:
            raise Unauthenticated("give the integration key: ?token=…, or Authorization: Bearer …")
        credential = SenderCredential(submission.secret, key_type, ip)
        _limit(self.limit, credential, submission)
        payload = payload_of(raw, submission.secret)
        try:
            with self.connections.traffic.request():
                return await in_time(self._take(credential, submission, payload))
        except Unavailable as refusal:
            count_received(credential.type, "unavailable")
            log.warning("database_not_available", path=payload.path, error=repr(refusal.__cause__))
            raise

    async def _take(
        self, credential: SenderCredential, submission: Submission, payload: NewPayload
    ) -> Sequence[MessageResult]:
        async with self.turns.turn(_subjects(credential, submission)):
            results = await _take(self.connections, self.known_rules, credential, submission, payload)
        self.connections.committed()
        return results


async def in_time(work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. Raises Unavailable when the database takes longer than a sender waits, or cannot do it."""
    try:
        return await within(ANSWERS_WITHIN, work)
    except Exception as error:
        if refusal := unavailable(error):
            raise refusal from error
        raise


def intake_router(formats: Iterable[MessageFormat]) -> APIRouter:
    """The paths of the formats."""
    router = APIRouter()
    for message_format in formats:
        show_types([message_format.key_type])
        router.include_router(message_format.router())
        paths = {**dict.fromkeys(message_format.paths, ("POST",)), **message_format.more_paths}
        for path, methods in paths.items():
            router.add_route(path, _endpoint(message_format), methods=list(methods), include_in_schema=False)
    return router


def body_limits(formats: Iterable[MessageFormat]) -> Mapping[str, PathLimit]:
    """How long the bodies of each path may be, and what a longer one is answered."""
    return {path: _body_limit(message_format, path) for message_format in formats for path in message_format.paths}


def _body_limit(message_format: MessageFormat, path: str) -> PathLimit:
    raw = RawRequest(b"", Headers(), b"", path)
    return PathLimit(message_format.max_body_bytes, lambda error: answer_error(message_format, raw, error))


def _endpoint(message_format: MessageFormat) -> Callable[[Request], Awaitable[Response]]:
    async def incoming(request: Request) -> Response:
        scope, intake = request.scope, _intake_of(request)
        raw = RawRequest(scope["query_string"], request.headers, await request.body(), scope["path"], scope["method"])
        try:
            submission = read_request(message_format, raw)
            results = await intake.take(message_format.key_type, raw, submission, client_ip(request))
        except TocsinError as error:
            return answer_error(message_format, raw, error)
        return answer_results(message_format, raw, results)

    return incoming


def _intake_of(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


def _limit(limit: RateLimit, credential: SenderCredential, submission: Submission) -> None:
    """Raise TooManyRequests when the key sends too much. Messages count, so that a group of many is many."""
    if wait := limit.take(credential.digest, submission.count, time.monotonic()):
        count_received(credential.type, "rate_limited")
        raise TooManyRequests(f"the integration key sends more than {limit.rate:g} messages a second", wait)


def _subjects(credential: SenderCredential, submission: Submission) -> Collection[tuple[bytes, str]]:
    """What the messages are about; nothing yet where the options of the key have to be read first."""
    if isinstance(submission.messages, InvalidInput) or callable(submission.messages):
        return ()
    digest = credential.digest
    return [(digest, one.alert.dedup_key) for one in submission.messages if isinstance(one, Message)]


async def _take(
    connections: IngestConnections,
    known: KnownRules,
    credential: SenderCredential,
    submission: Submission,
    payload: NewPayload,
) -> Sequence[MessageResult]:
    pool = connections.pool
    if isinstance(submission.messages, InvalidInput):
        raise await _quarantined(pool, credential, payload, submission.messages)
    try:
        results = await _take_all(connections, known, credential, submission, payload)
    except InvalidInput as error:
        raise await _quarantined(pool, credential, payload, error) from error
    except (asyncpg.DataError, ValueError) as error:  # no format should let this happen, and yet nothing is to be lost
        log.exception("message_not_stored", path=payload.path)
        wrong = bad_body("has a value that cannot be stored")
        raise await _quarantined(pool, credential, payload, wrong) from error
    count_received(credential.type, "accepted")
    return results


async def _take_all(
    connections: IngestConnections,
    known: KnownRules,
    credential: SenderCredential,
    submission: Submission,
    payload: NewPayload,
) -> Sequence[MessageResult]:
    """Act on all messages or none, and keep the payload. What raises one alert takes one round trip at the most."""
    match submission.messages:
        case [Message(action="trigger") as message]:
            result = await raise_one(connections.raiser, known.of(credential.digest), credential, message, payload)
            if result is not None:
                return [result]
        case _:
            pass
    async with connections.pool.acquire() as connection, connection.transaction():
        sender = await integration_keys.authenticate(connection, credential, payload)
        messages = submission.by_options(sender.options)
        if not sender.routing_version:
            return await act_on_all(connection, sender.service_id, messages, sender.actor)
        rules = await known.read(connection, credential.digest, UUID(sender.actor.id), sender.routing_version)
        return await act_by_rules(connection, rules, messages, payload, sender.actor)


async def _quarantined(
    pool: Pool, credential: SenderCredential, payload: NewPayload, error: InvalidInput
) -> Quarantined:
    reason = mend(str(error)).text
    sender = await integration_keys.authenticate(pool, credential, payload, reason)
    is_kept = sender.actor.payload_id is not None
    count_received(credential.type, "quarantined" if is_kept else "quarantine_full")
    log.warning("payload_quarantined", service_id=str(sender.service_id), key=sender.actor.name, is_kept=is_kept)
    return Quarantined(*error.errors, is_kept=is_kept, is_senders_fault=not isinstance(error, Unmapped))
