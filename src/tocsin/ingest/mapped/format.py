"""The mapped webhook: ``POST /api/v2/mapped/incoming``, JSON of any form or a form, mapped by the key's expressions."""

from collections.abc import Callable, Sequence

from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from tocsin.ingest.mapped.mapping import FieldMapping
from tocsin.ingest.mapped.message import mapped_message
from tocsin.ingest.mapped.options import OPTIONS
from tocsin.ingest.mapped.snippets import snippets
from tocsin.ingest.message_format import KeyOptions, Message, MessageFormat, MessageResult, RawRequest, Submission
from tocsin.ingest.payload_value import read_payload
from tocsin.ingest.secret import secret_of

MAX_BODY_BYTES = 1024 * 1024


def read(raw: RawRequest) -> Submission:
    """The key; the messages are a function of its expressions."""
    return Submission(secret_of(raw), _by_expressions(raw))


def _by_expressions(raw: RawRequest) -> Callable[[KeyOptions], Sequence[Message]]:
    def messages(options: KeyOptions) -> Sequence[Message]:
        mapping = FieldMapping.of(options)
        made = [mapped_message(item) for item in mapping.items(read_payload(raw))]
        return [message for message in made if message is not None]

    return messages


def answer(_raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    """200, with the alerts that were raised or acted on."""
    return JSONResponse({"alert_ids": [result.alert_id for result in results if result.alert_id]})


MAPPED = MessageFormat(
    key_type="mapped",
    caption="Mapped webhook: any JSON",
    hint=Markup(
        "POST, as JSON. Say on the key's <em>Mapping</em> what alert it makes, before or after the first came."
    ),
    paths=("/api/v2/mapped/incoming",),
    read=read,
    answer=answer,
    snippets=snippets,
    max_body_bytes=MAX_BODY_BYTES,
    options=OPTIONS,
)
