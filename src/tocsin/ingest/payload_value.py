"""What came in a request, as expressions see it."""

from typing import Protocol

from tocsin.errors import InvalidInput
from tocsin.ingest.charset import decode
from tocsin.ingest.content_type import read_content_type
from tocsin.ingest.json_body import bad_body, read_json
from tocsin.ingest.parameters import read_parameters, read_query
from tocsin.ingest.secret import TOKEN_PARAMETERS


class Payload(Protocol):
    """A request that is kept, without its secrets."""

    @property
    def query(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def body(self) -> bytes: ...


def read_payload(payload: Payload) -> object:
    """The JSON of the body, of any media type; or else the fields of form and query, each with its first value.

    Raises InvalidInput that tells why, when the body is none of them.
    """
    declared = read_content_type(payload.content_type)
    text = decode(payload.body, declared.charset).strip()
    try:
        if text:
            return read_json(text)
    except InvalidInput:
        if declared.is_json or text.startswith(("{", "[", "\ufeff")):
            raise
    parameters = read_parameters(payload.query, payload.content_type, payload.body)
    if parameters.unread and all(name in TOKEN_PARAMETERS for name, _ in parameters.pairs):
        raise bad_body("is neither JSON nor a form")
    return dict(reversed(parameters.pairs))


def payload_value(payload: Payload) -> object:
    """The same; of a body that is none of them only what the query says."""
    try:
        return read_payload(payload)
    except InvalidInput:
        return dict(reversed(read_query(payload.query)))
