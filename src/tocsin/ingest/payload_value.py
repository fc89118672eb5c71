"""What came in a request, as expressions see it."""

import json
from typing import Protocol

from tocsin.errors import InvalidInput
from tocsin.ingest.charset import decode
from tocsin.ingest.content_type import read_content_type
from tocsin.ingest.parameters import Pairs, read_parameters, read_query


class Payload(Protocol):
    """A request that is kept, without its secrets."""

    @property
    def query(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def body(self) -> bytes: ...


def payload_value(payload: Payload) -> object:
    """The JSON of the body, of any media type; or else the fields of form and query, each with its first value."""
    if payload.body:
        text = decode(payload.body, read_content_type(payload.content_type).charset)
        try:
            return json.loads(text.removeprefix("\ufeff"), strict=False)
        except (ValueError, RecursionError):
            pass
    return dict(reversed(_pairs(payload)))


def _pairs(payload: Payload) -> Pairs:
    try:
        return read_parameters(payload.query, payload.content_type, payload.body).pairs
    except InvalidInput:
        return read_query(payload.query)
