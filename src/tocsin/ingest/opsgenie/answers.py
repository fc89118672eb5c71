"""What senders are answered, in the form of Opsgenie's API."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from tocsin.errors import (
    InvalidInput,
    NotFound,
    PermissionDenied,
    TocsinError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from tocsin.http.problem_details import RETRY_AFTER_SECONDS

# Requests are acted on before they are answered, so none takes time that anybody could wait for.
_TOOK = 0.001


def accepted(request_id: UUID) -> Response:
    """The request is done, which Opsgenie promises for later."""
    return JSONResponse({"result": "Request will be processed", "took": _TOOK, "requestId": str(request_id)}, 202)


def pong() -> Response:
    """The heartbeat is in."""
    return JSONResponse({"result": "PONG - Heartbeat received", "took": _TOOK, "requestId": str(uuid4())}, 202)


def found(data: object) -> Response:
    """What was asked for."""
    return JSONResponse({"data": data, "took": _TOOK, "requestId": str(uuid4())})


def refused(error: TocsinError) -> Response:
    """An error in Opsgenie's form; to try again helps only when ``Retry-After`` says so."""
    match error:
        case InvalidInput() if any(wrong.field == "body" for wrong in error.errors):
            return _refusal(400, f"Could not parse the request: {error}")
        case InvalidInput():
            errors = {wrong.field: wrong.message for wrong in error.errors}
            return _refusal(422, "Request body is not processable. Please check the errors.", {"errors": errors})
        case Unauthenticated():
            return _refusal(401, "Could not authenticate: the API key is missing, unknown or revoked")
        case PermissionDenied():
            return _refusal(403, "You are not authorized: this API key is of another type")
        case NotFound():
            return _refusal(404, str(error))
        case TooLarge():
            return _refusal(413, str(error))
        case TooManyRequests():
            return _refusal(429, "You are making too many requests!", retry_after=error.retry_after)
        case Unavailable():
            return _refusal(503, "The request could not be stored, try again", retry_after=RETRY_AFTER_SECONDS)
        case _:
            return _refusal(500, "Something went wrong inside Tocsin; its log says what")


def _refusal(
    status: int, message: str, more: Mapping[str, object] | None = None, *, retry_after: int | None = None
) -> Response:
    body = {"message": message, **(more or {}), "took": _TOOK, "requestId": str(uuid4())}
    # What a sender sent may stand in a message, and be no text.
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse(_encodable(body), status, headers)


def _encodable(value: object) -> object:
    match value:
        case dict():
            return {_encodable(name): _encodable(inner) for name, inner in value.items()}
        case str():
            return value.encode("utf-8", "replace").decode()
        case _:
            return value
