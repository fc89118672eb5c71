"""Problem details of RFC 9457: ``application/problem+json`` with ``errors: [{field, message}]``."""

from collections.abc import Mapping, Sequence

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from tocsin.errors import FieldError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Sign in or give a token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "The body is too large",
    422: "Some fields are wrong",
    429: "Too many attempts",
    500: "Tocsin failed",
    503: "Not available at the moment",
}


class WrongField(BaseModel):
    """One wrong field of a request."""

    field: str = Field(description="path of the field, such as steps.0.delay_seconds")
    message: str = Field(description="what is wrong with its value")


class ProblemDetails(BaseModel):
    """What went wrong, as RFC 9457 tells it."""

    model_config = ConfigDict(title="Problem")

    type: str = Field("about:blank", description="always about:blank: the status says what kind of error it is")
    title: str = Field(description="the same for every error of this status")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what happened this time, as a sentence")
    errors: list[WrongField] = Field(description="every wrong field; empty when the error is not about fields")


class ProblemResponse(JSONResponse):
    """An answer whose body is problem details."""

    media_type = MEDIA_TYPE


def problem(
    status: int, detail: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> ProblemResponse:
    """The answer for an error. The text may hold anything: it is made safe to encode."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": _encodable(detail),
        "errors": [{"field": _encodable(e.field), "message": _encodable(e.message)} for e in errors],
    }
    return ProblemResponse(body, status, _headers(status) | dict(headers or {}))


def _headers(status: int) -> dict[str, str]:
    match status:
        case 401:
            return {"WWW-Authenticate": "Bearer"}
        case 503:
            return {"Retry-After": str(RETRY_AFTER_SECONDS)}
        case _:
            return {}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
