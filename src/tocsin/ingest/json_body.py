"""JSON bodies, read leniently: in any charset that is declared, with control characters, whatever their type says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.charset import decode
from tocsin.ingest.content_type import read_content_type


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A JSON object, and in words how it was read where it is not what its type says."""

    fields: Mapping[str, Any]
    mended: list[str]


def read_json_body(content_type: str, body: bytes) -> JsonBody:
    """The object that a body holds, of any media type. Raises InvalidInput when it is none."""
    declared = read_content_type(content_type)
    return JsonBody(read_object(decode(body, declared.charset)), declared.mended)


def read_object(text: str) -> dict[str, Any]:
    """A JSON object; an empty text is an empty object. Raises InvalidInput."""
    text = text.removeprefix("\ufeff").strip()
    value = read_json(text) if text else {}
    if not isinstance(value, dict):
        raise bad_body("must be a JSON object")
    return value


def read_json(text: str) -> object:
    """Any JSON, control characters within texts too. Raises InvalidInput."""
    try:
        return json.loads(text.removeprefix("\ufeff"), strict=False)
    except json.JSONDecodeError as error:
        raise bad_body(f"is not valid JSON: {error.msg} at character {error.pos}") from None
    except (ValueError, RecursionError):
        raise bad_body("is JSON with numbers too long or values nested too deep") from None


def bad_body(message: str) -> InvalidInput:
    """What is wrong with a body, in words that follow its name."""
    return InvalidInput(FieldError("body", message))
