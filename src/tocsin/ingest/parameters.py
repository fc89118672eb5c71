"""The parameters of a request, wherever a sender has put them: in the query, a form, or a JSON object.

Pure: bytes in, parameters out. A body is decoded by the charset that it declares, see `tocsin.ingest.charset`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser

from tocsin.errors import InvalidInput
from tocsin.ingest.charset import UTF_8, decode, known_charset
from tocsin.ingest.content_type import ContentType, read_content_type
from tocsin.ingest.json_body import bad_body, read_object
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

    def value(self, name: str) -> object:
        """The JSON field, or else the first form or query value; empty when there is none."""
        return self.fields.get(name, self.first(name) or "")

    def all(self, name: str) -> Sequence[str]:
        return [value for key, value in self.pairs if key == name]


def read_parameters(query: bytes, content_type: str, body: bytes) -> Parameters:
    """The parameters of a request. Raises InvalidInput when the body is not what its type says."""
    declared = read_content_type(content_type)
    read = _read_body(declared, body, read_query(query))
    return replace(read, mended=[*declared.mended, *read.mended])


def _read_body(declared: ContentType, body: bytes, query: Pairs) -> Parameters:
    if declared.is_json:
        return Parameters(query, _read_fields(decode(body, declared.charset)))
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


def _json_in_disguise(body: bytes, charset: str) -> Mapping[str, object] | None:
    """The fields of a JSON object that was sent as something else, as ``curl -d`` does; None when it is none."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        return _read_fields(decode(body, charset))
    except InvalidInput:
        return None


def _read_fields(text: str) -> Mapping[str, object]:
    """The fields of a JSON object by lower-case name; null counts as left out, the last of a name counts."""
    return {name.lower(): item for name, item in read_object(text).items() if item is not None}


def _read_multipart(body: bytes, declared: ContentType) -> Pairs:
    """The parts of a form, an uploaded file as the text it holds. A part ``_charset_`` names the form's charset."""
    parts: list[tuple[bytes, bytes]] = []
    ended: list[bool] = []

    def on_field(part: Field) -> None:
        parts.append((part.field_name or b"", part.value or b""))

    def on_file(part: File) -> None:
        part.file_object.seek(0)
        parts.append((part.field_name or b"", part.file_object.read()))

    if not declared.boundary:
        raise bad_body("is multipart, but Content-Type names no boundary")
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
        raise bad_body(f"is not a valid multipart form: {error}") from None
    if not ended:
        raise bad_body("is a multipart form without its last boundary")
    named = dict(parts).get(_CHARSET_PART, b"").decode("ascii", "replace")
    charset = known_charset(named) or declared.charset
    return [(decode(name, charset), decode(value, charset)) for name, value in parts]
