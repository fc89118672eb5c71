"""The parameters of a request, wherever a sender has put them: in the query, a form, or a JSON object.

Pure: bytes in, parameters out. A body is decoded by the charset that it declares, see `tocsin.ingest.charset`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import TypeAlias
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.charset import UTF_8, decode, known_charset
from tocsin.ingest.text import mend_line

Pairs: TypeAlias = Sequence[tuple[str, str]]

_CHARSET_PART = b"_charset_"  # RFC 7578, section 4.6
_UNLIMITED = {"MAX_MEMORY_FILE_SIZE": float("inf")}  # the body's own limit is much lower


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request says. ``pairs`` come from form and query, form first; ``fields`` from JSON, names in lower case.

    ``unread`` is the media type of a body that is in no known format; ``mended`` tells in words how a body was read
    that is not what its type says.
    """

    pairs: Pairs = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    unread: str | None = None
    mended: Sequence[str] = ()

    def first(self, *names: str) -> str | None:
        """The first value that is not empty of form or query, in the order of names."""
        return next((value for name in names for key, value in self.pairs if key == name and value), None)

    def all(self, name: str) -> Sequence[str]:
        return [value for key, value in self.pairs if key == name]


@dataclass(frozen=True, slots=True)
class _ContentType:
    """What a Content-Type says. ``unknown`` is a charset that there is not; the body is read as UTF-8 then."""

    media_type: str
    boundary: str | None
    charset: str
    unknown: str | None

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")


def read_parameters(query: bytes, content_type: str, body: bytes) -> Parameters:
    """The parameters of a request. Raises InvalidInput when the body is not what its type says."""
    declared = _content_type(content_type)
    read = _read_body(declared, body, read_query(query))
    if declared.unknown is None:
        return read
    note = f"body: read as UTF-8, there is no charset {mend_line(declared.unknown).text[:60]}"
    return replace(read, mended=[note, *read.mended])


def _read_body(declared: _ContentType, body: bytes, query: Pairs) -> Parameters:
    if declared.is_json:
        return Parameters(query, _read_json(decode(body, declared.charset)))
    if declared.media_type == "multipart/form-data":
        return Parameters([*_read_multipart(body, declared), *query])
    if (fields := _json_in_disguise(body, declared.charset)) is not None:
        shown = mend_line(declared.media_type).text[:100] or "not said"
        return Parameters(query, fields, mended=[f"body: read as JSON, its type is {shown}"])
    if declared.media_type == "application/x-www-form-urlencoded":
        return Parameters([*read_query(body, declared.charset), *query])
    return Parameters(query, unread=(declared.media_type or "not said") if body.strip() else None)


def read_query(text: bytes, charset: str = UTF_8) -> Pairs:
    """The pairs of a query string or URL-encoded form."""
    errors = "surrogateescape" if charset == UTF_8 else "replace"
    return parse_qsl(decode(text, charset), keep_blank_values=True, encoding=charset, errors=errors)


def _content_type(header: str) -> _ContentType:
    message = Message()
    message["content-type"] = header.translate({10: " ", 13: " "}).encode("utf-8", "replace").decode()
    boundary, given = message.get_param("boundary"), message.get_param("charset")
    charset = known_charset(given) if isinstance(given, str) else UTF_8
    return _ContentType(
        media_type=header.partition(";")[0].strip().lower(),
        boundary=boundary if isinstance(boundary, str) else None,
        charset=charset or UTF_8,
        unknown=given if isinstance(given, str) and charset is None else None,
    )


def _json_in_disguise(body: bytes, charset: str) -> Mapping[str, object] | None:
    """The fields of a JSON object that was sent as something else, as ``curl -d`` does; None when it is none."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        return _read_json(decode(body, charset))
    except InvalidInput:
        return None


def _read_json(body: str) -> Mapping[str, object]:
    """The fields of a JSON object by lower-case name; null counts as left out, the last of a name counts."""
    text = body.removeprefix("\ufeff").strip()
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


def _read_multipart(body: bytes, declared: _ContentType) -> Pairs:
    """The parts of a form, an uploaded file as the text it holds. A part ``_charset_`` names the form's charset."""
    parts: list[tuple[bytes, bytes]] = []
    ended: list[bool] = []

    def on_field(part: Field) -> None:
        parts.append((part.field_name or b"", part.value or b""))

    def on_file(part: File) -> None:
        part.file_object.seek(0)
        parts.append((part.field_name or b"", part.file_object.read()))

    if not declared.boundary:
        raise _bad_body("is multipart, but Content-Type names no boundary")
    try:
        parser = FormParser(
            "multipart/form-data",
            on_field,
            on_file,
            lambda: ended.append(True),
            declared.boundary,
            config=dict(_UNLIMITED),
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise _bad_body(f"is not a valid multipart form: {error}") from None
    if not ended:
        raise _bad_body("is a multipart form without its last boundary")
    named = dict(parts).get(_CHARSET_PART, b"").decode("ascii", "replace")
    charset = known_charset(named) or declared.charset
    return [(decode(name, charset), decode(value, charset)) for name, value in parts]


def _bad_body(message: str) -> InvalidInput:
    return InvalidInput(FieldError("body", message))
