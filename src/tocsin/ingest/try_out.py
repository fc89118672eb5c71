"""What a draft of a key's options makes of payloads. Nothing is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.datastructures import Headers

from tocsin.db.pool import Queryable
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.message_format import KeyOptions, Message, MessageFormat, RawRequest, Submission
from tocsin.ingest.read_request import read_request
from tocsin.ingest.replay import read_again
from tocsin.store.payloads import received
from tocsin.store.payloads.received import ReceivedPayload

_PAYLOADS = 10
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TryOut:
    """What a payload would make, or why it cannot be mapped. One that was given by hand is None."""

    payload: ReceivedPayload | None
    messages: Sequence[Message]
    errors: Sequence[FieldError]


async def try_on_last(database: Queryable, key_id: UUID, options: KeyOptions) -> Sequence[TryOut]:
    """What the options make of the last ten payloads of the key, newest first; fewer when they are large."""
    payloads = await received.last_of_key(database, key_id, _PAYLOADS, _MOST_BYTES)
    return [await asyncio.to_thread(_try_out, payload, read_again(payload), options) for payload in payloads]


async def try_on(message_format: MessageFormat, options: KeyOptions, body: str) -> TryOut:
    """What the options make of the body of a request, as JSON."""
    headers = Headers({"content-type": "application/json"})
    raw = RawRequest(b"", headers, body.encode("utf-8", "surrogatepass"), message_format.paths[0])
    return await asyncio.to_thread(_try_out, None, read_request(message_format, raw), options)


def _try_out(payload: ReceivedPayload | None, submission: Submission, options: KeyOptions) -> TryOut:
    try:
        messages = submission.by_options(options)
    except InvalidInput as error:
        return TryOut(payload, (), error.errors)
    return TryOut(payload, [message for message in messages if isinstance(message, Message)], ())
