"""What is wrong with a request, as our field errors: what FastAPI and pydantic find, and unknown parameters.

A query parameter that a route does not declare is an error, as an unknown field of a body is: a misspelt filter that is
ignored would answer with everything, and look like an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tocsin.errors import FieldError
from tocsin.store.references import require_none

_SECRET_FIELDS = {"password", "current_password", "address", "token", "secret"}
_UNQUOTED_KINDS = {"missing", "extra_forbidden"}
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "model_attributes_type": "must be a JSON object, sent as application/json",
    "string_unicode": "must be valid Unicode text, without lone surrogates",
}


def is_bad_json(error: RequestValidationError) -> bool:
    """Whether the body could not be read as JSON at all."""
    return any(item["type"] == "json_invalid" for item in error.errors())


def field_errors(error: RequestValidationError) -> Sequence[FieldError]:
    """Every wrong field. Short values are quoted unless they may be secret."""
    return [FieldError(_path(item), _message(item)) for item in error.errors()]


def _path(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return "body"
    return ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0])


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return f"{item['ctx']['error']} at character {item['loc'][-1]}"
    message = _WORDS.get(item["type"]) or _plain(item)
    return f"{message}{_quoted(item)}"


def _plain(item: Mapping[str, Any]) -> str:
    text = str(item["msg"])
    return text.removeprefix("Value error, ").replace("Input should", "must").replace("String should", "must")


def _quoted(item: Mapping[str, Any]) -> str:
    value = item.get("input")
    secret = bool(_SECRET_FIELDS.intersection(map(str, item["loc"])))
    if secret or item["type"] in _UNQUOTED_KINDS or not isinstance(value, str | int | float | bool):
        return ""
    shown = repr(value[:40]) if isinstance(value, str) else repr(value)[:40]
    return f" (it is {shown})"


async def only_known_parameters(request: Request) -> None:
    """Raises InvalidInput naming every query parameter that the route does not have."""
    if not request.query_params:
        return
    route: APIRoute = request.scope["route"]
    known = set(_query_names(route.dependant))
    require_none([FieldError(name, "is not a known parameter") for name in request.query_params if name not in known])


def _query_names(dependant: Dependant) -> Iterator[str]:
    """The names that the route and everything it depends on read from the query."""
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (field.alias or name for name, field in annotation.model_fields.items())
        else:
            yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _query_names(dependency)
