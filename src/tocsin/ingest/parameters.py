"""The parameters of a request, wherever a sender has put them: in the query, a form, or a JSON object.

Pure: bytes in, parameters out. Bytes that are not UTF-8 are kept as lone surrogates, for `tocsin.ingest.text` to mend.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import TypeAlias
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser

from tocsin.errors import FieldError, InvalidInput

Pairs: TypeAlias = Sequence[tuple[str, str]]

_UNLIMITED = {"MAX_MEMORY_FILE_SIZE": float("inf")}  # the body's own limit is much lower


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request says. ``pairs`` come from form and query, form first; ``fields`` from JSON, names in lower case.

    ``unread`` is the media type of a body that says nothing to us.
    """

    pairs: Pairs = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    unread: str | None = None

    def first(self, *names: str) -> str | None:
        """The first value that is not empty of form or query, in the order of names."""
        return next((value for name in names for key, value in self.pairs if key == name and value), None)

    def all(self, name: str) -> Sequence[str]:
        return [value for key, value in self.pairs if key == name]


def read_parameters(query: bytes, content_type: str, body: bytes) -> Parameters:
    """The parameters of a request. Raises InvalidInput when the body is not what its type says."""
    query_pairs = read_query(query)
    media_type, boundary = _media_type(content_type)
    if media_type == "application/json" or media_type.endswith("+json"):
        return Parameters(query_pairs, _read_json(body))
    if media_type == "application/x-www-form-urlencoded":
        return Parameters([*read_query(body), *query_pairs])
    if media_type == "multipart/form-data":
        return Parameters([*_read_multipart(body, boundary), *query_pairs])
    return Parameters(query_pairs, unread=(media_type or "none") if body.strip() else None)


def read_query(text: bytes) -> Pairs:
    """The pairs of a query string or URL-encoded form."""
    return parse_qsl(_decode(text), keep_blank_values=True, errors="surrogateescape")


def _media_type(content_type: str) -> tuple[str, str | None]:
    """The media type in lower case, and the boundary if there is one."""
    message = Message()
    message["content-type"] = content_type.translate({10: " ", 13: " "}).encode("utf-8", "replace").decode()
    boundary = message.get_param("boundary")
    return content_type.partition(";")[0].strip().lower(), boundary if isinstance(boundary, str) else None


def _read_json(body: bytes) -> Mapping[str, object]:
    """The fields of a JSON object by lower-case name; null counts as left out, the last of a name counts."""
    text = _decode(body).removeprefix("\ufeff").strip()
    if not text:
        return {}
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise _bad_body(f"is not valid JSON: {error.msg} at character {error.pos}") from None
    except (ValueError, RecursionError):
        raise _bad_body("is JSON with numbers too long or values nested too deep") from None
    if not isinstance(value, dict):
        raise _bad_body("must be a JSON object")
    return {name.lower(): item for name, item in value.items() if item is not None}


def _read_multipart(body: bytes, boundary: str | None) -> Pairs:
    """The parts of a form, an uploaded file as the text it holds."""
    pairs: list[tuple[str, str]] = []
    ended: list[bool] = []

    def on_field(part: Field) -> None:
        pairs.append((_decode(part.field_name or b""), _decode(part.value or b"")))

    def on_file(part: File) -> None:
        part.file_object.seek(0)
        pairs.append((_decode(part.field_name or b""), _decode(part.file_object.read())))

    if not boundary:
        raise _bad_body("is multipart, but Content-Type names no boundary")
    try:
        parser = FormParser(
            "multipart/form-data", on_field, on_file, lambda: ended.append(True), boundary, config=dict(_UNLIMITED)
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _bad_body(f"is not a valid multipart form: {error}") from None
    if not ended:
        raise _bad_body("is a multipart form without its last boundary")
    return pairs


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bad_body(message: str) -> InvalidInput:
    return InvalidInput(FieldError("body", message))
