"""A payload in quarantine is read again, once its format or whatever sent it has been mended."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from starlette.datastructures import Headers

from tocsin.db.pool import Connection
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.json_body import bad_body
from tocsin.ingest.many_messages import act_on_all
from tocsin.ingest.message_format import MessageResult, RawRequest, Submission
from tocsin.ingest.read_request import read_request
from tocsin.ingest.registry import formats
from tocsin.ingest.routing.act import act_by_rules
from tocsin.ingest.routing.key_rules import rules_of
from tocsin.store.actor import Actor
from tocsin.store.payloads import quarantine
from tocsin.store.payloads.received import ReceivedPayload
from tocsin.store.services import integration_keys


async def replay(connection: Connection, key_id: UUID, payload_id: int, actor: Actor) -> Sequence[MessageResult]:
    """Act on the payload as if it came now, and take it out of quarantine; ``actor`` is who asks for it.

    Raises NotFound, Conflict when it has been replayed or discarded, and InvalidInput when it still cannot be mapped.
    """
    payload = await quarantine.lock(connection, key_id, payload_id)
    messages = read_again(payload).by_options(await integration_keys.options_of(connection, key_id))
    sender = Actor("integration_key", str(key_id), payload.integration_key_name, payload_id=payload.id)
    rules = await rules_of(connection, key_id)
    try:
        if rules.key.version:
            results = await act_by_rules(connection, rules, messages, payload, sender)
        else:
            results = await act_on_all(connection, payload.service_id, messages, sender)
    except (asyncpg.DataError, ValueError) as error:
        raise bad_body("has a value that cannot be stored") from error
    await quarantine.settle(connection, payload.id, "replayed", actor)
    return results


def read_again(payload: ReceivedPayload) -> Submission:
    """What the payload's format reads in it today."""
    message_format = formats().get(payload.integration_key_type)
    if message_format is None:
        gone = FieldError("type", f"no format of the type {payload.integration_key_type} is installed")
        return Submission(None, InvalidInput(gone))
    headers = Headers({"content-type": payload.content_type} if payload.content_type else {})
    return read_request(message_format, RawRequest(payload.query, headers, payload.body, payload.path))
