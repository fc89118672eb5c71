"""The OpenAPI document: what FastAPI finds in the routes, and the errors that any of them may answer with."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tocsin.http.problem_details import MEDIA_TYPE, TITLES, ProblemDetails

_WRITES = {"post", "put", "patch", "delete"}


def document(app: FastAPI) -> dict[str, Any]:
    """The complete document of the app."""
    return _complete(get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes))


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _add_problems(path, method, operation)
    return document


def _add_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if responses.get("422", {}).get("content", {}).get("application/json"):
        del responses["422"]
    for status in sorted(_possible(path, method, operation)):
        responses.setdefault(str(status), {"description": TITLES[status]})
    for status, response in responses.items():
        if status >= "400":
            response.setdefault("content", {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}})


def _possible(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    """The errors that an operation can answer with, by its shape."""
    statuses = {503}
    if "security" in operation:
        statuses |= {401, 403}
    if path.startswith("/api/v1/") or operation.get("parameters") or "requestBody" in operation:
        statuses |= {422}
    if "requestBody" in operation:
        statuses |= {400, 413}
    if "{" in path:
        statuses |= {404}
    if method in _WRITES:
        statuses |= {409}
    return statuses
